/* The search's results: the section and the line in which what was asked for stands, the glossary's word for an abbreviation, and pages of single reports folded where there are many. The lines are written by livingreview/book/lines.py. */
(() => {
  const FEW = 8, LONG = 240; // reports shown at first; characters of a line
  const list = document.getElementById('search-results'), asked = new URLSearchParams(location.search).get('q') ?? '';
  if (!list || !asked) return;
  let told = { lines: {}, reports: {}, terms: {} };
  globalThis.lrLines = given => { told = given; };

  function make(tag, name, ...parts) {
    const node = document.createElement(tag);
    node.className = name;
    node.append(...parts);
    return node;
  }

  const escape = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const typed = asked.match(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu) ?? [];
  /* A line with what was typed in it marked; what has another name is found, not marked. */
  function mark(text) {
    const parts = typed.length ? text.split(new RegExp(`(\\b(?:${typed.map(escape).join('|')}))`, 'giu')) : [text];
    return parts.map((part, i) => (i % 2 ? make('mark', 'lr-found', part) : part));
  }

  /* As much of a line as holds the first word that was typed. */
  function cut(text) {
    if (text.length <= LONG) return text;
    const at = Math.max(0, ...typed.map(word => text.toLowerCase().indexOf(word.toLowerCase())).filter(place => place >= 0).slice(0, 1));
    const from = at < LONG / 2 ? 0 : text.lastIndexOf(' ', at - LONG / 3) + 1;
    return `${from ? '… ' : ''}${text.slice(from, from + LONG).replace(/\s\S*$/, '')} …`;
  }

  /* The line of a page in which most of what was asked for stands. */
  function best(lines, terms) {
    let found = null, most = 0;
    for (const line of lines) {
      const words = lrWords.readText(`${line[1]} ${line[2]}`);
      const count = terms.filter(ways => ways.some(text => words.includes(text))).length;
      if (count > most) [found, most] = [line, count];
    }
    return found;
  }

  function furnish(item, terms) {
    const link = item.querySelector('a');
    if (!link || item.dataset.told) return;
    item.dataset.told = 'yes';
    const page = new URL(link.href), name = page.pathname.replace(/^.*\/(?=chapters\/)/, '').replace(/\.html$/, '');
    const lines = told.lines[name];
    if (!lines) {
      item.classList.add('lr-report');
      if (told.reports[name]) item.append(make('p', 'lr-line', ...mark(told.reports[name])));
      return;
    }
    const own = page.hash ? lines.filter(([anchor]) => `#${anchor}` === page.hash) : lines;
    const line = best(own, terms) ?? own[0];
    if (!line) return;
    const [anchor, heading, text] = line;
    const section = !page.hash && anchor && heading ? [Object.assign(make('a', '', heading), { href: `${page.pathname}${page.search}#${anchor}` }), ': '] : [];
    item.append(make('p', 'lr-line', ...section, ...mark(cut(text))));
  }

  /* Pages of single reports beyond the first few, behind a button. */
  function foldReports() {
    const reports = [...list.querySelectorAll('.lr-report')], rest = reports.slice(FEW);
    if (rest.length < 3) return;
    for (const item of rest) item.hidden = true;
    const button = Object.assign(make('button', 'lr-button', `Show ${rest.length} more pages of single reports`), { type: 'button' });
    button.addEventListener('click', () => {
      for (const item of rest) item.hidden = false;
      button.parentElement.remove();
      rest[0].querySelector('a').focus();
    });
    rest[0].before(make('li', 'lr-rest', button));
  }

  function explain() {
    const known = Object.entries(told.terms).filter(([term]) => typed.some(word => word.toLowerCase() === term.toLowerCase()));
    if (known.length) list.prepend(make('p', 'lr-meaning', known.map(([term, meaning]) => `${term}: ${meaning}`).join('. '), '.'));
  }

  /* Words are marked on a page that is opened from here, not on the next one that is opened by any way. */
  function mindMarks() {
    const KEY = 'sphinx_highlight_terms', words = localStorage.getItem(KEY);
    localStorage.removeItem(KEY);
    for (const kind of ['click', 'auxclick']) list.addEventListener(kind, event => {
      if (words && event.target.closest('a')) localStorage.setItem(KEY, words);
    });
  }

  async function start() {
    await lrLoad('search-lines.js');
    const terms = lrWords.ask(asked);
    explain();
    const watch = new MutationObserver(() => look());
    function look() {
      for (const item of list.querySelectorAll('ul.search > li')) furnish(item, terms);
      if (!/\d/.test(list.querySelector('.search-summary')?.textContent ?? '')) return; // results are still coming
      watch.disconnect();
      mindMarks();
      foldReports();
    }
    watch.observe(list, { childList: true, subtree: true, characterData: true });
    look();
  }
  start();
})();
