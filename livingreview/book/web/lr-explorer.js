/* The evidence explorer: searches, filters, orders, pages and hands out the rows of explorer-data.js. Only a page of rows is ever in the document. */
(() => {
  const root = document.querySelector('.lr-explorer');
  const form = root.querySelector('form');
  const $ = selector => root.querySelector(selector);
  const PAGE = 50;
  // An order by numbers has a column and a direction; one by words goes by the place of each word in the alphabet, worked out once.
  const ORDERS = {
    '': { title: 'As in the data' }, share: { title: 'Share of patients, highest first', column: 'percent', sign: -1 }, low: { title: 'Share of patients, lowest first', column: 'percent', sign: 1 },
    patients: { title: 'Patients, most first', column: 'patients', sign: -1 }, outcome: { title: 'Outcome', words: 'outcome' }, cohort: { title: 'Cohort', words: 'study' }, report: { title: 'Report', words: 'report' },
  };
  const selects = [...form.querySelectorAll('select[data-filter]')]; // of each several choices may hold at once: `chosen`
  const fields = [...form.querySelectorAll('input, select:not([data-filter])')]; // a word, a number, yes or no
  const labelOf = control => control.labels[0].textContent.trim();
  const GROUP = 'group:'; // begins the value of a choice that means any outcome of a group
  // The words of the search (livingreview/book/search.py); a page that cannot have them compares letters.
  const LETTERS = { readText: text => text.toLowerCase(), ask: query => query.toLowerCase().split(/\s+/).filter(Boolean).map(word => [word]) };
  const pools = JSON.parse($('.lr-pools').textContent);
  let data, review, words = LETTERS, rows = [], found = [], page = 1, chosen = {};

  // Every text is set as text, never as markup.
  function make(tag, name, ...parts) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...parts.filter(part => part != null && part !== ''));
    return node;
  }

  function unpack() {
    const { compare } = new Intl.Collator('en', { numeric: true });
    const columns = data.columns.map((name, i) => [name, i, data.codes[name]]);
    const ranks = {};
    for (const [name, , codes] of columns) {
      if (!codes) continue;
      const order = codes.map((_, i) => i).sort((a, b) => compare(codes[a][1], codes[b][1]));
      ranks[name] = [];
      order.forEach((code, rank) => { ranks[name][code] = rank; });
    }
    return data.rows.map((cells, line) => {
      const row = { code: {}, rank: {}, place: data.places[line], question: data.questions[line] };
      for (const [name, i, codes] of columns) {
        row[name] = codes ? codes[cells[i]][1] : cells[i];
        if (codes) { row.code[name] = String(codes[cells[i]][0]); row.rank[name] = ranks[name][cells[i]]; }
      }
      return row;
    });
  }

  function fillControls() {
    const kindOf = new Map(rows.map(row => [row.code.outcome, row.kind]));
    const groups = new Map(rows.filter(row => row.code.outcome_group).map(row => [row.code.outcome_group, row]));
    form.elements.sort.append(...Object.entries(ORDERS).map(([code, { title }]) => new Option(title, code)));
    for (const select of selects) {
      const options = data.codes[select.name].filter(([code]) => code !== '').map(([code, title]) => new Option(title, code)).sort((a, b) => a.text.localeCompare(b.text, 'en', { numeric: true }));
      if (select.name !== 'outcome') { select.append(...options); continue; }
      for (const kind of new Set(kindOf.values())) {
        const group = Object.assign(make('optgroup', ''), { label: kind });
        group.append(...[...groups].filter(([, row]) => row.kind === kind).map(([code, row]) => new Option(row.outcome_group, GROUP + code)));
        group.append(...options.filter(option => kindOf.get(option.value) === kind));
        select.append(group);
      }
    }
    for (const question of root.querySelectorAll('[data-view]')) question.href = `#${question.dataset.view}`;
  }

  const titleOf = (name, code) => {
    const option = [...form.elements[name].options].find(({ value }) => value === code);
    return option ? option.dataset.title ?? option.text : code;
  };

  /* The address holds the view: #disease=aml&disease=mpal&sort=share&page=2. A fragment, since a page opened from disk may change nothing else. */
  function readAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    chosen = {};
    for (const { name, options } of selects) {
      const known = new Set([...options].map(({ value }) => value));
      const codes = [...new Set(wanted.getAll(name))].filter(code => code && known.has(code));
      if (codes.length) chosen[name] = codes;
    }
    for (const field of fields) {
      if (field.type === 'checkbox') field.checked = wanted.has(field.name);
      else field.value = wanted.get(field.name) ?? '';
      if (field.selectedIndex < 0) field.value = '';
    }
    page = Math.max(1, parseInt(wanted.get('page'), 10) || 1);
    const more = form.querySelector('details');
    if ([...more.querySelectorAll('select')].some(({ name }) => chosen[name])) more.open = true;
  }

  const asked = () => Object.fromEntries(fields.map(field => [field.name, field.type === 'checkbox' ? field.checked : field.value.trim()]));

  const view = () => {
    const told = new URLSearchParams(Object.entries(chosen).flatMap(([name, codes]) => codes.map(code => [name, code])));
    for (const [name, value] of Object.entries(asked())) if (value) told.set(name, value === true ? 'yes' : value);
    if (page > 1) told.set('page', page);
    return `#${told}`;
  };

  /* A choice is a step back; letters typed into the search are one step together. */
  function writeAddress(typing) {
    const hash = view();
    if (hash === (location.hash || '#')) return;
    history[typing && /[#&]q=/.test(location.hash) ? 'replaceState' : 'pushState'](null, '', hash);
  }

  const inOrder = told => [...new URLSearchParams(told)].map(String).sort().join('&');

  /* Each choice as a button that takes it away. */
  function drawChoices() {
    const chips = Object.entries(chosen).flatMap(([name, codes]) => codes.map(code => {
      const chip = make('button', 'lr-button lr-chip', `${labelOf(form.elements[name])}: ${titleOf(name, code)}`, make('span', 'visually-hidden', ' (take away)'));
      chip.type = 'button';
      Object.assign(chip.dataset, { name, code });
      return chip;
    }));
    $('.lr-chosen').replaceChildren(...chips);
    for (const select of selects) {
      select.options[0].text = chosen[select.name] ? 'Add another' : 'Any';
      select.value = '';
    }
    for (const question of root.querySelectorAll('[data-view]')) {
      if (inOrder(question.dataset.view) === inOrder(view().slice(1))) question.setAttribute('aria-current', 'true');
      else question.removeAttribute('aria-current');
    }
  }

  // A row's texts, read when words are first looked for: most readers only choose.
  const textOf = row => row.text ??= data.columns.map(name => row[name]).filter(value => typeof value === 'string').map(words.readText).join('\n');

  /* The rows that match what is asked; the choices of one control may be left out, and so may what is shown by default. */
  function match(without, { every, context } = asked()) {
    const { q, patients, since } = asked();
    const terms = words.ask(q);
    const tests = Object.entries(chosen).filter(([name]) => name !== without);
    const holds = (row, name, code) => (code.startsWith(GROUP) ? row.code.outcome_group === code.slice(GROUP.length) : row.code[name] === code);
    const matching = rows.filter(row => (context || row.code.status === root.dataset.scope)
      && !(patients && !(row.patients >= Number(patients))) && !(since && !(row.year >= Number(since)))
      && tests.every(([name, codes]) => codes.some(code => holds(row, name, code))) && terms.every(ways => ways.some(text => textOf(row).includes(text))));
    return every ? matching : onePerTrial(matching);
  }

  /* Of rows that tell of the same outcome of one trial that of the whole cohort, or of the most patients; see rank_rows in livingreview/pages/explorer.py. Another regimen of the same report is no other telling. */
  function onePerTrial(some) {
    const kept = new Map();
    for (const row of [...some].sort((a, b) => a.place - b.place)) {
      const same = kept.get(row.question) ?? [];
      const beside = other => data.apart[row.code.cohort]?.includes(other.code.cohort)
        || (row.code.report === other.code.report && row.code.regimen !== other.code.regimen);
      if (same.every(beside)) kept.set(row.question, [...same, row]);
    }
    const stay = new Set([...kept.values()].flat());
    return some.filter(row => stay.has(row));
  }

  /* While a filter is in use its options say how many rows each would leave, and those that would leave none cannot be chosen. */
  function count(select) {
    const { every } = asked(), parts = {};
    for (const row of match(select.name, { ...asked(), every: true })) {
      for (const code of [row.code[select.name], ...(select.name === 'outcome' ? [GROUP + row.code.outcome_group] : [])]) (parts[code] ??= []).push(row);
    }
    for (const option of select.querySelectorAll('option:not([value=""])')) {
      const some = parts[option.value] ?? [];
      option.dataset.title ??= option.text;
      option.text = `${option.dataset.title} (${(every ? some : onePerTrial(some)).length})`;
      option.disabled = !some.length || Boolean(chosen[select.name]?.includes(option.value));
    }
  }

  const uncount = select => { for (const option of select.options) { option.text = option.dataset.title ?? option.text; option.disabled = false; } };

  function search() {
    const { sort, group } = asked();
    found = match();
    const { column, sign, words } = ORDERS[sort] ?? {};
    if (words) found.sort((a, b) => a.rank[words] - b.rank[words]);
    if (column) found.sort((a, b) => (a[column] == null) - (b[column] == null) || sign * (a[column] - b[column])); // rows without the number come last
    if (group) found.sort((a, b) => a.rank[group] - b.rank[group]);
  }

  /* What is not shown by default, and would match. */
  function tellMore() {
    for (const box of form.querySelectorAll('[type=checkbox]')) {
      const more = box.checked ? 0 : match('', { ...asked(), [box.name]: true }).length - found.length;
      form.querySelector(`[data-more=${box.name}]`).textContent = more ? ` (${more} more)` : '';
    }
  }

  function drawShare(row) {
    if (row.percent == null) return '';
    const bar = make('span', `lr-bar${row.code.basis.startsWith('restated') ? ' lr-hollow' : ''}`);
    const place = (name, left, width) => {
      const part = make('span', name);
      part.style.left = `${left}%`;
      if (width != null) part.style.width = `${width}%`;
      bar.append(part);
    };
    if (row.low != null) place('lr-bar-line', row.low, row.high - row.low);
    place('lr-bar-point', row.percent);
    bar.setAttribute('aria-hidden', 'true'); // the words beside it say the same
    return make('div', '', bar, make('span', 'lr-quiet', `${row.share}${row.share_interval == null ? '' : ` [${row.share_interval}]`}`));
  }

  /* A figure and its flag; the last word and the flag never stand on two lines. */
  function glue(text, flag) {
    if (!flag) return [text];
    const last = text.lastIndexOf(' ') + 1;
    return [text.slice(0, last), make('span', 'lr-nowrap', text.slice(last), flag)];
  }

  function drawRow(row) {
    const line = make('tr', '');
    line.setAttribute('role', 'row');
    const cell = (tag, label, ...parts) => {
      const node = make(tag, label === 'Result' ? 'lr-num' : '');
      node.setAttribute('role', tag === 'th' ? 'rowheader' : 'cell');
      if (tag === 'th') { node.scope = 'row'; node.append(...parts); } else { node.dataset.label = label; node.append(make('div', '', ...parts)); }
      line.append(node);
    };
    const flag = row.flagged && Object.assign(make('span', 'lr-flag'), { role: 'img', ariaLabel: 'discrepancy registered' });
    const figure = Object.assign(make('a', 'lr-figure', ...glue(row.value || 'row', flag)), { href: `reports/${encodeURIComponent(row.code.report)}.html#${encodeURIComponent(row.row_id)}` });
    cell('th', 'Cohort', `${row.study}: ${row.cohort}`, make('span', 'lr-under', [row.report, row.regimen, row.disease, row.setting, row.age_group].filter(Boolean).join('; ')));
    cell('td', 'Outcome', row.outcome, make('span', 'lr-under', [row.definition, row.counted_from && `of ${row.counted_from}`, row.time].filter(Boolean).join('; ')));
    cell('td', 'Result', figure);
    cell('td', 'Share', drawShare(row));
    return line;
  }

  /* Rows of a page, each group under its name. */
  function drawRows(some) {
    const { group } = asked();
    if (!group) return some.map(drawRow);
    const sizes = new Map();
    for (const row of found) sizes.set(row.code[group], (sizes.get(row.code[group]) ?? 0) + 1);
    return some.flatMap((row, i) => {
      if (i && some[i - 1].code[group] === row.code[group]) return [drawRow(row)];
      const head = Object.assign(make('th', '', `${row[group]} (${sizes.get(row.code[group])})`), { scope: 'rowgroup', colSpan: 4 });
      const line = make('tr', 'lr-group', head);
      line.setAttribute('role', 'row');
      head.setAttribute('role', 'rowheader');
      return [line, drawRow(row)];
    });
  }

  function markOrder() {
    const { sort } = asked();
    for (const button of root.querySelectorAll('[data-sort]')) {
      const now = button.dataset.sort.split(' ').includes(sort);
      const down = ORDERS[sort]?.sign === -1;
      if (now) button.closest('th').setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else button.closest('th').removeAttribute('aria-sort');
    }
  }

  function drawPlot() {
    const box = $('.lr-plot'), place = box.querySelector('.lr-plotted');
    const plot = lrPlot.draw(found, { group: asked().group, pools: poolsHere(), width: place.clientWidth || root.parentElement.clientWidth });
    box.hidden = !plot;
    if (!plot) return;
    place.replaceChildren(plot.drawing);
    box.querySelector('.lr-note').textContent = plot.told;
  }

  /* The pools of exactly what is asked for, made when the book was: see livingreview/pages/explorer_pools.py. */
  const BESIDE = ['class', 'sort', 'group', 'page', 'every', 'context'];
  const questionOf = told => inOrder([...new URLSearchParams(told)].filter(([name]) => !BESIDE.includes(name)).map(pair => new URLSearchParams([pair])).join('&'));
  function poolsHere() {
    const asked = questionOf(view().slice(1));
    return found.length ? pools.filter(pool => pool.asked === asked) : [];
  }

  function tellPools() {
    const here = poolsHere(), shown = new Set(found.map(row => row.row_id));
    const words = ({ title, told, value, rows: own }) => `${here.length > 1 ? `${title}. ` : ''}${told}${value == null ? '' : ` ${own.filter(id => shown.has(id)).length} of its ${own.length} counts are among these rows.`}`;
    $('.lr-pooled').replaceChildren(...here.map(pool => make('li', '', words(pool))));
  }

  /* What the rows are, in words: how many, what their shares span, and what they mix. */
  function describe() {
    const shares = found.filter(row => row.percent != null);
    const end = sign => shares.reduce((a, b) => (sign * b.percent < sign * a.percent ? b : a)).share;
    const span = shares.length ? `${shares.length} of them are shares of patients, from ${end(1)} to ${end(-1)}. ` : '';
    const mixed = [['disease', 'diseases'], ['setting', 'settings'], ['age_group', 'age groups'], ['outcome', 'outcomes']]
      .map(([name, title]) => [new Set(found.map(row => row.code[name])).size, title]).filter(([count]) => count > 1);
    return span + (mixed.length ? `Not a comparison: these rows mix ${mixed.map(([count, title]) => `${count} ${title}`).join(', ')}.` : 'Not a comparison: disease, setting, age group and outcome are the same, but patients and definitions may differ.');
  }

  const tellChoices = () => [
    ...Object.entries(chosen).map(([name, codes]) => `${labelOf(form.elements[name])} ${codes.map(code => `“${titleOf(name, code)}”`).join(' or ')}`),
    ...fields.filter(field => field.type === 'checkbox' ? field.checked : field.value && !['sort', 'group'].includes(field.name))
      .map(field => `${labelOf(field).replace(/ \(\d+ more\)$/, '')}${field.type === 'checkbox' ? '' : ` “${field.value}”`}`),
  ].join(', ') || 'all rows';

  function cite() {
    $('.lr-copied').textContent = `${review.source} View: ${tellChoices()} (${found.length} of ${rows.length} rows). ${review.address.replace('{page}', 'explorer') || lrCite.addressOf(location)}${view()}`;
  }

  function drawTable() {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(page, pages);
    const start = (page - 1) * PAGE, some = found.slice(start, start + PAGE);
    $('tbody').replaceChildren(...drawRows(some));
    $('.lr-count').textContent = found.length ? `${found.length} of ${rows.length} rows; shown: ${start + 1} to ${start + some.length}` : 'No row matches.';
    $('.lr-page').textContent = `Page ${page} of ${pages}`;
    for (const button of root.querySelectorAll('[data-page]')) button.disabled = button.dataset.page < 0 ? page === 1 : page === pages;
    for (const button of root.querySelectorAll('[data-take]')) button.disabled = !found.length;
    $('.lr-pages').hidden = pages === 1;
    $('.lr-table').hidden = !found.length;
    $('.lr-scope').textContent = found.length ? describe() : 'Take a word or a filter away, or show more: the boxes above say what else there is.';
    markOrder();
    tellPools();
  }

  const STEPS = [search, drawTable, tellMore, drawPlot, cite]; // a view, in steps that are short each
  function show({ typing = false } = {}) {
    STEPS.forEach(step => step());
    writeAddress(typing);
    drawChoices();
  }

  const csv = () => lrSheet.csv([[...data.columns, 'review_version'], ...found.map(row => [...data.columns.map(name => row[name]), `version ${review.version}`])]);
  const ris = () => [...new Set(found.map(row => row.code.report))].sort().map(report => data.ris[report] ?? '').join('\n');

  /* A file's name says what its rows were chosen by: two choices are two files. */
  function nameFile(kind) {
    const { sort, group, every, context, ...typed } = asked();
    const told = [...Object.values(chosen).flat(), ...Object.values(typed), every && 'every-report', context && 'context'].filter(Boolean)
      .map(value => value.replace(GROUP, '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase())
      .map(value => value.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40)).filter(Boolean);
    return `evidence-${review.version}-${told.join('_').slice(0, 120) || 'all-rows'}.${kind}`;
  }

  const give = (blob, kind) => lrSheet.give(blob, nameFile(kind));

  async function take(kind) {
    if (kind === 'csv') give(new Blob([csv()], { type: 'text/csv;charset=utf-8' }), kind);
    else if (kind === 'ris') give(new Blob([ris()], { type: 'application/x-research-info-systems;charset=utf-8' }), kind);
    else give(await lrPlot.file(kind, found, { group: asked().group, pools: poolsHere(), title: tellChoices(), source: $('.lr-copied').textContent }), kind);
  }

  function listen() {
    const again = (typing = false) => { page = 1; show({ typing }); };
    form.addEventListener('input', ({ target }) => {
      if (target.dataset.filter === undefined) { again(target.name === 'q'); return; }
      if (!target.value) return;
      uncount(target);
      chosen[target.name] = [...chosen[target.name] ?? [], target.value];
      again();
      if (document.activeElement === target) count(target);
    });
    form.addEventListener('focusin', event => { if (event.target.matches('[data-filter]')) count(event.target); });
    form.addEventListener('focusout', event => { if (event.target.matches('[data-filter]')) uncount(event.target); });
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('reset', () => setTimeout(() => { chosen = {}; again(); }));
    root.addEventListener('click', event => {
      const { page: step, take: kind, name, code, sort } = event.target.closest('button')?.dataset ?? {};
      if (kind) take(kind);
      if (code) {
        chosen[name] = chosen[name].filter(held => held !== code);
        if (!chosen[name].length) delete chosen[name];
        again();
        form.elements[name].focus();
      }
      if (sort) {
        const ways = sort.split(' ');
        form.elements.sort.value = ways[(ways.indexOf(form.elements.sort.value) + 1) % ways.length];
        again();
      }
      if (!step) return;
      page += Number(step);
      show();
      $('table').scrollIntoView({ block: 'nearest' });
    });
    addEventListener('popstate', () => {
      if (!location.hash.includes('=') && location.hash.length > 1) return; // a place on the page, not a view
      readAddress();
      show();
    });
    // A question leads on to what answers it.
    for (const question of root.querySelectorAll('[data-view]')) question.addEventListener('click', () => setTimeout(() => $('.lr-count').scrollIntoView({ block: 'start' })));
    let width = innerWidth;
    addEventListener('resize', () => { if (width !== innerWidth) { width = innerWidth; drawPlot(); } });
  }

  globalThis.lrExplorer = given => { data = given; };

  async function start() {
    [review] = await Promise.all([lrCite.loadReview(), lrLoad('explorer-data.js'), lrLoad('lr-plot.js'), lrLoad('language_data.js').catch(() => {})]);
    words = globalThis.lrWords ?? LETTERS;
    // In steps, between which the page answers; all of it comes into view at once.
    const pause = () => new Promise(done => setTimeout(done));
    await pause();
    rows = unpack();
    await pause();
    fillControls();
    readAddress();
    for (const step of [() => { for (const pool of pools) pool.asked = questionOf(pool.view); }, ...STEPS]) { await pause(); step(); }
    await pause();
    root.hidden = false;
    document.querySelector('.lr-unscripted').hidden = true; // it stands until here, so that it also stands where the rows cannot be loaded
    writeAddress();
    drawChoices();
    listen();
    root.dataset.ready = 'yes';
  }
  start().catch(error => {
    document.querySelector('.lr-unscripted').style.minHeight = 0; // no rows will come, and no place is kept for them
    throw error;
  });
})();
