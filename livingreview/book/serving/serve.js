"use strict";
// Added by `livingreview serve` to the pages that it sends: loads a page again once a newer book is there, and
// says what is wrong while there is none.
(() => {
  const PAUSE = 700; // milliseconds between two questions
  const { book } = document.currentScript.dataset;
  const make = (name, className = "", text = "") => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  };
  const desk = make("aside", "lr-desk");
  desk.setAttribute("aria-label", "State of the book");
  const now = make("p", "lr-desk-now"), banner = make("div", "lr-desk-banner");
  now.setAttribute("role", "status");
  banner.hidden = now.hidden = true;
  desk.append(banner, now);
  document.body.prepend(desk);

  const tellProblem = ({ place, rule, found, expected, mend }) => {
    const item = make("li"), list = make("dl");
    const words = make("strong", "", place);
    item.append(words, " ", make("small", "", rule), list);
    for (const [name, text] of [["Found", found], ["Expected", expected], ["To mend", mend]])
      list.append(make("dt", "", name), make("dd", "", text));
    return item;
  };

  const tellAll = ({ problems, more, words }) => {
    const count = problems.length + more;
    const title = count ? `${count} problem${count === 1 ? "" : "s"}` : "The book could not be built";
    const fold = make("details"), head = make("summary");
    const said = make("span", "", `${title}. ${book ? "You see the last good book." : "There is no book yet."}`);
    said.setAttribute("role", "status");
    head.append(said);
    fold.open = banner.hidden || banner.firstElementChild.open; // who folded it keeps it so
    const body = make("div", "lr-desk-list");
    body.tabIndex = 0;
    body.setAttribute("role", "group");
    body.setAttribute("aria-label", "What is wrong");
    if (count) {
      const list = make("ol");
      list.append(...problems.map(tellProblem));
      body.append(list);
      if (more) body.append(make("p", "", `and ${more} more: livingreview check lists them all`));
    } else body.append(make("pre", "", words));
    fold.append(head, body);
    banner.replaceChildren(fold);
  };

  let shown = "";
  const show = state => {
    if (state.book !== book) {
      location.reload();
      return;
    }
    const { problems, words } = state, told = JSON.stringify([problems, words]);
    const isWrong = problems.length > 0 || words !== "";
    if (isWrong && told !== shown) tellAll(state);
    shown = isWrong ? told : "";
    banner.hidden = !isWrong;
    tellNow(state.building ? `Building: ${state.line}` : "");
  };
  const tellNow = text => {
    if (now.textContent !== text) now.textContent = text;
    now.hidden = text === "";
  };

  const ask = async () => {
    try {
      const answer = await fetch("/.serve/state", { cache: "no-store" });
      show(await answer.json());
    } catch {
      tellNow("The server has ended: this page no longer follows the files. To go on: livingreview serve");
    }
    setTimeout(ask, PAUSE);
  };
  ask();
})();
