// The "what if" panel: shows one of the results that the page already holds, all studies together or without one of them.
// Nothing is computed and nothing is fetched here; what is chosen stands in the address.
(() => {
  "use strict";
  const NAMES = ["population", "outcome", "base", "rule"];
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const line = (kind, low, high) => {
    const span = make("span", { class: kind });
    span.style.left = `${low}%`;
    span.style.width = `${high - low}%`;
    return span;
  };

  const bar = (result, kind) => {
    const track = make("span", { class: `lr-whatif-track ${kind}`, "aria-hidden": "true" });
    if (result.new_study) track.append(line("lr-whatif-new", ...result.new_study));
    const mark = make("span", { class: "lr-whatif-mark" });
    mark.style.left = `${result.value}%`;
    mark.style.setProperty("--size", `${result.size || 10}px`);
    track.append(line("lr-whatif-line", result.low, result.high), mark);
    return track;
  };

  // The roles stand here because a phone's style sheet sets rows as blocks, and a block is no row to a screen reader.
  const row = (attributes, name, picture, figure) =>
    make("tr", { role: "row", ...attributes }, make("th", { role: "rowheader", scope: "row" }, ...name), make("td", { role: "cell" }, picture), make("td", { role: "cell" }, ...figure));

  // A sum is told by its parts, each with its link: "8/21 + 11/14 = 19/35 (54%)".
  const count = (figures) =>
    figures.flatMap(({ href, text }, i) => [i === 0 ? "" : href ? " + " : " = ", href ? make("a", { href }, text) : text]);

  // A study's name leaves it out and takes it back in, where the page holds the pool without it.
  const nameOf = (study, without) => {
    if (!study.without) return [study.name];
    const out = study.row === without;
    const button = make("button", { type: "button", class: "lr-whatif-study", "data-study": study.row, "aria-pressed": String(out), title: out ? "Take it back in" : "Leave it out" }, study.name);
    return out ? [button, make("span", {}, " left out")] : [button];
  };

  const forest = (option, model, without) => {
    const body = make("tbody", { role: "rowgroup" });
    for (const study of option.studies) {
      const attributes = study.row === without ? { class: "lr-whatif-out" } : {};
      body.append(row(attributes, nameOf(study, without), bar(study, "study"), [...count(study.figures), ` [${study.interval}]`]));
    }
    if (model.value !== undefined) body.append(row({ class: "lr-whatif-pooled" }, ["Pooled"], bar(model, "pooled"), [model.text]));
    const axis = make("span", { class: "lr-whatif-axis" }, ...["0%", "50%", "100%"].map((text) => make("span", {}, text)));
    const head = make("tr", { role: "row" }, ...["Study", axis, "Events/total [95% interval]"].map((title) => make("th", { role: "columnheader", scope: "col" }, title)));
    const caption = make("caption", {}, `${option.population}: ${option.outcome}, ${option.rule}, of ${option.base}`);
    return make("table", { role: "table" }, caption, make("thead", { role: "rowgroup" }, head), body);
  };

  const leftOut = (option) =>
    option.left_out.length ? [make("p", {}, "Left out, and why:"), make("ul", {}, ...option.left_out.map((text) => make("li", {}, text)))] : [];

  // Names under the heading of the furthest that any combination with them goes: the page holds the pooled ones first.
  const fill = (select, options, name) => {
    const before = select.value;
    const groups = new Map();
    const values = new Set();
    for (const option of options) {
      if (values.has(option[name])) continue;
      values.add(option[name]);
      if (!groups.has(option.decision)) groups.set(option.decision, make("optgroup", { label: option.decision }));
      groups.get(option.decision).append(make("option", { value: option[name] }, option[name]));
    }
    select.replaceChildren(...groups.values());
    if (values.has(before)) select.value = before;
  };

  const fillModels = (select, names, wanted) => {
    select.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
    if (names.includes(wanted)) select.value = wanted;
    select.disabled = names.length < 2;
  };

  const start = (panel) => {
    const options = JSON.parse(panel.querySelector(".lr-whatif-data").textContent);
    const form = panel.querySelector("form");
    const hint = panel.querySelector(".lr-whatif-hint");
    let wanted = "", without = "", shown = null;

    const show = () => {
      let left = options;
      for (const name of NAMES) {
        fill(form[name], left, name);
        left = left.filter((option) => option[name] === form[name].value);
      }
      const option = left[0];
      if (option !== shown && !option.studies.some((study) => study.row === without && study.without)) without = "";
      shown = option;
      fillModels(form.model, option.models.map((model) => model.name), wanted);
      const out = option.studies.find((study) => study.row === without);
      // The pool without a study is there by the review's own model, which stands first.
      if (out) form.model.selectedIndex = 0;
      form.model.disabled = Boolean(out) || option.models.length < 2;
      const model = out ? out.without : option.models.find((model) => model.name === form.model.value);
      panel.querySelector(".lr-whatif-forest").replaceChildren(...(option.studies.length ? [forest(option, model, without)] : []));
      panel.querySelector(".lr-whatif-sentence").textContent = model.sentence;
      panel.querySelector(".lr-whatif-left").replaceChildren(...leftOut(option));
      hint.hidden = !option.studies.some((study) => study.without);
    };

    // What is chosen, as the address tells it: a pool's key, a model's number, a study's row.
    const tell = () => {
      const told = new URLSearchParams({ pool: shown.key });
      if (form.model.selectedIndex > 0) told.set("model", form.model.selectedIndex + 1);
      if (without) told.set("without", without);
      history.replaceState(null, "", `#${told}`);
    };

    const follow = () => {
      const asked = new URLSearchParams(location.hash.slice(1));
      const option = options.find((one) => one.key === asked.get("pool"));
      if (!option) return false;
      let left = options;
      for (const name of NAMES) {
        fill(form[name], left, name);
        form[name].value = option[name];
        left = left.filter((one) => one[name] === option[name]);
      }
      wanted = option.models[Number(asked.get("model") || 1) - 1]?.name || "";
      without = asked.get("without") || "";
      if (!option.studies.some((study) => study.row === without && study.without)) without = "";
      shown = option;
      show();
      return true;
    };

    form.addEventListener("change", (event) => {
      if (event.target === form.model) wanted = form.model.value;
      show();
      tell();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    panel.addEventListener("click", (event) => {
      const button = event.target.closest(".lr-whatif-study");
      if (!button) return;
      const row = button.dataset.study;
      without = row === without ? "" : row;
      show();
      tell();
      [...panel.querySelectorAll(".lr-whatif-study")].find((one) => one.dataset.study === row).focus();
    });
    addEventListener("hashchange", follow);
    form.hidden = false;
    panel.querySelector(".lr-whatif-plain").hidden = true;
    if (follow()) {
      panel.scrollIntoView();
      addEventListener("load", () => panel.scrollIntoView()); // what stands above may still have grown
    } else show();
  };
  document.querySelectorAll(".lr-whatif").forEach(start);
})();
