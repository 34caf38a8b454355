/* A figure opens a card that says where it comes from. Without script, or where the card cannot be loaded, it is a plain link to its row. */
(() => {
  const held = {};
  let card, opener;

  // Each report's script calls this; see livingreview/pages/cards.py.
  globalThis.lrCards = (report, cards) => { held[report] = cards; };
  const load = async report => { await lrLoad(`cards/${report}.js`); return held[report]; };
  globalThis.lrCard = { referenceOf: async report => (await load(report)).reference };

  // Every text is set as text, never as markup.
  function make(tag, name, ...parts) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...parts.filter(Boolean));
    return node;
  }
  const link = (text, href) => Object.assign(make('a', '', text), { href });

  const term = (list, name, ...parts) => { if (parts.some(Boolean)) list.append(make('dt', '', name), make('dd', '', ...parts)); };

  function listFacts(row, page) {
    const list = make('dl', 'lr-facts');
    term(list, 'As printed', row.printed ? `“${row.printed}”` : 'no fragment kept');
    term(list, 'Where', row.where);
    term(list, 'Checked', row.checked);
    term(list, 'Basis', row.basis);
    term(list, 'Taken from', row.source && link(row.sourceName, new URL(`${row.source}.html`, page)), row.source && row.citation && ', ', row.citation);
    return list;
  }

  /* What explains the number, folded; its title says what is in it. */
  function foldRest(row, cards, page) {
    const flags = row.flags ?? [], list = make('dl', 'lr-facts');
    const names = [row.derivation && 'Derivation', row.note && 'Note', flags.length && `${flags.length > 1 ? `${flags.length} discrepancies` : 'Discrepancy'} registered`].filter(Boolean);
    if (!names.length) return '';
    term(list, 'Derivation', row.derivation);
    term(list, 'Note', row.note);
    for (const id of flags) {
      const { title, explanation, resolution } = cards.flags[id];
      term(list, 'Does not add up', link(title, new URL(`../discrepancies.html#${id}`, page)), explanation && make('p', '', explanation), resolution && make('p', '', resolution));
    }
    return make('details', 'lr-fold', make('summary', '', names.join(' · ')), list);
  }

  const sourceOf = (review, report, cards) => Object.fromEntries(Object.entries(review.rows).map(([name, text]) => [name, text.replaceAll('{report}', report).replaceAll('{reference}', cards.reference)]));

  function offerCitation(id, row, source, page) {
    return make('details', 'lr-fold', make('summary', '', 'Cite this'), lrCite.citeRow({ id, page, ...row, ...source, problems: '' }));
  }

  function draw(report, id, row, cards, href, review) {
    const page = new URL(href.split('#')[0]), source = sourceOf(review, report, cards);
    const paper = make('p', 'lr-card-title', make('strong', '', cards.name), cards.study && `, ${cards.study}`);
    const shown = [row.value, row.interval].filter(Boolean).join(', ');
    const number = make('p', 'lr-card-number', row.value && make('strong', '', row.value), row.interval && ` (${row.interval})`, row.value && ' ', row.what);
    const shut = make('button', 'lr-card-close', '×');
    shut.type = 'button';
    shut.setAttribute('aria-label', 'Close');
    shut.addEventListener('click', () => close(true));
    const problem = source.problems && lrCite.reportProblem({ id, shown: `${row.what}: ${shown}`, href, page, problems: source.problems });
    const ways = make('p', 'lr-card-links', link('Row on the page of this report', href), cards.doi && ' · ', cards.doi && link(`doi:${cards.doi}`, `https://doi.org/${encodeURI(cards.doi)}`), problem && ' · ', problem);
    const box = make('div', 'lr-card', shut, paper, number, listFacts(row, page), foldRest(row, cards, page), offerCitation(id, row, source, page), ways);
    paper.id = 'lr-card-title';
    number.id = 'lr-card-number';
    box.tabIndex = -1;
    box.setAttribute('role', 'dialog');
    box.setAttribute('aria-labelledby', `${paper.id} ${number.id}`);
    return box;
  }

  function place(box, at) {
    const width = document.documentElement.clientWidth;
    const below = at.bottom + 6 + box.offsetHeight <= innerHeight || at.top < box.offsetHeight + 6;
    box.style.left = Math.max(8, Math.min(at.left, width - box.offsetWidth - 8)) + scrollX + 'px';
    box.style.top = (below ? at.bottom + 6 : at.top - box.offsetHeight - 6) + scrollY + 'px';
  }

  function close(back) {
    card?.remove();
    card = null;
    if (back) opener?.focus?.();
  }

  async function open(href, from, at) {
    const [, report, anchor] = /reports\/([a-z0-9-]+)\.html#(.+)$/.exec(href);
    const id = decodeURIComponent(anchor);
    try {
      const [review, cards] = await Promise.all([lrCite.loadReview(), load(report)]);
      const found = cards.rows[id];
      if (!found) throw new Error(`no card of ${id}`);
      close(false);
      opener = from.closest('[data-lr-rows]') ?? from; // a picture's rows are gone through from the picture
      card = draw(report, id, found, cards, href, review);
      document.body.append(card);
      place(card, at());
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: 'nearest' });
    } catch {
      location.href = href; // the row itself
    }
  }

  const FIGURE = 'a.lr-figure, .lr-whatif-forest a, .lr-sheet svg a';
  const reaches = href => /reports\/[a-z0-9-]+\.html#./.test(href || '');

  document.addEventListener('click', event => {
    if (card?.contains(event.target)) return;
    close(false);
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const figure = event.target.closest?.(FIGURE), asked = figure?.getAttribute('href'); // the href of a link in a picture is no text
    const href = asked && new URL(asked, location.href).href;
    if (!reaches(href)) return;
    event.preventDefault();
    open(href, figure, () => figure.getBoundingClientRect());
  });

  document.addEventListener('focusin', event => {
    event.target.closest?.(FIGURE)?.setAttribute('aria-haspopup', 'dialog');
    if (card && !card.contains(event.target)) close(false); // however the focus left it, no card stays open behind
  });
  addEventListener('popstate', () => close(false));

  document.addEventListener('keydown', event => {
    if (!card) return;
    if (event.key === 'Escape') { event.preventDefault(); close(true); }
    if (event.key !== 'Tab' || !card?.contains(document.activeElement)) return;
    // The card stands at the end of the page, but is read behind its figure: leaving it goes on from there.
    const stops = [...card.querySelectorAll('a, button, summary')].filter(stop => stop.checkVisibility());
    const last = document.activeElement === stops.at(-1), first = document.activeElement === stops[0] || document.activeElement === card;
    if (event.shiftKey ? first : last) {
      if (event.shiftKey) event.preventDefault();
      close(true);
    } else if (document.activeElement === card) {
      // From the card itself to its first stop, wherever in it a reader has clicked: behind the last the page would end.
      event.preventDefault();
      stops[0].focus();
    }
  });
})();
