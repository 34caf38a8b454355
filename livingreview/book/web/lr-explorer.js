/* The evidence explorer: searches, filters, orders, pages and hands out the rows of explorer-data.js. Only a page of rows is ever in the document. */
(() => {
  const root = document.querySelector('.lr-explorer');
  const form = root.querySelector('form');
  const $ = selector => root.querySelector(selector);
  const PAGE = 50;
  // An order by numbers has a column and a direction; one by words goes by the place of each word in the alphabet, worked out once.
  const ORDERS = {
    '': { title: 'As in the data' }, share: { title: 'Share of patients, highest first', column: 'percent', sign: -1 }, low: { title: 'Share of patients, lowest first', column: 'percent', sign: 1 },
    patients: { title: 'Patients, most first', column: 'total', sign: -1 }, outcome: { title: 'Outcome', words: 'outcome' }, cohort: { title: 'Cohort', words: 'cohort' }, report: { title: 'Report', words: 'report' },
  };
  const KNOWN = ['q', 'sort', 'page', ...[...form.querySelectorAll('select')].map(select => select.name)];
  const GROUP = 'group:'; // begins the value of a choice that means any outcome of a group
  // The words of the search (livingreview/book/search.py); a page that cannot have them compares letters.
  const LETTERS = { readText: text => text.toLowerCase(), ask: query => query.toLowerCase().split(/\s+/).filter(Boolean).map(word => [word]) };
  let data, review, words = LETTERS, rows = [], found = [], page = 1;

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
    return data.rows.map(cells => {
      const row = { code: {}, rank: {} };
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
    for (const select of form.querySelectorAll('select')) {
      if (select.name === 'sort') {
        select.append(...Object.entries(ORDERS).map(([code, { title }]) => new Option(title, code)));
        continue;
      }
      const options = data.codes[select.name].filter(([code]) => code !== '').map(([code, title]) => new Option(title, code)).sort((a, b) => a.text.localeCompare(b.text));
      if (select.name !== 'outcome') { select.append(...options); continue; }
      for (const kind of new Set(kindOf.values())) {
        const group = Object.assign(make('optgroup', ''), { label: kind });
        group.append(...[...groups].filter(([, row]) => row.kind === kind).map(([code, row]) => new Option(row.outcome_group, GROUP + code)));
        group.append(...options.filter(option => kindOf.get(option.value) === kind));
        select.append(group);
      }
    }
  }

  /* The address holds the view: #disease=aml&sort=share&page=2. A fragment, since a page opened from disk may change nothing else. */
  function readAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const control of form.querySelectorAll('input, select')) control.value = wanted.get(control.name) ?? '';
    for (const select of form.querySelectorAll('select')) if (select.selectedIndex < 0) select.value = '';
    page = Math.max(1, parseInt(wanted.get('page'), 10) || 1);
    const more = form.querySelector('details');
    if ([...more.querySelectorAll('select')].some(select => select.value)) more.open = true;
  }

  const view = () => {
    const chosen = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && KNOWN.includes(name)));
    if (page > 1) chosen.set('page', page);
    return `#${chosen}`;
  };

  /* A choice is a step back; letters typed into the search are one step together. */
  function writeAddress(typing) {
    const hash = view();
    if (hash === (location.hash || '#')) return;
    history[typing && /[#&]q=/.test(location.hash) ? 'replaceState' : 'pushState'](null, '', hash);
  }

  // A row's texts, read when words are first looked for: most readers only choose.
  const textOf = row => row.text ??= data.columns.map(name => row[name]).filter(value => typeof value === 'string').map(words.readText).join('\n');

  /* The rows that match what is asked; the choice of one control may be left out. */
  function match(asked, without) {
    const terms = words.ask(asked.q);
    const tests = Object.entries(asked).filter(([name, value]) => value && data.codes[name] && name !== without)
      .map(([name, value]) => (value.startsWith(GROUP) ? ['outcome_group', value.slice(GROUP.length)] : [name, value]));
    return rows.filter(row => tests.every(([name, value]) => row.code[name] === value) && terms.every(ways => ways.some(text => textOf(row).includes(text))));
  }

  /* While a filter is in use its options say how many rows each would leave, and those that would leave none cannot be chosen. */
  function count(select) {
    const counts = {};
    for (const row of match(Object.fromEntries(new FormData(form)), select.name)) {
      for (const code of [row.code[select.name], ...(select.name === 'outcome' ? [GROUP + row.code.outcome_group] : [])]) counts[code] = (counts[code] ?? 0) + 1;
    }
    for (const option of select.querySelectorAll('option:not([value=""])')) {
      option.dataset.title ??= option.text;
      option.text = `${option.dataset.title} (${counts[option.value] ?? 0})`;
      option.disabled = !counts[option.value] && !option.selected;
    }
  }

  const uncount = select => { for (const option of select.options) { option.text = option.dataset.title ?? option.text; option.disabled = false; } };

  function search() {
    const asked = Object.fromEntries(new FormData(form));
    found = match(asked);
    const { column, sign, words } = ORDERS[asked.sort] ?? {};
    if (words) found.sort((a, b) => a.rank[words] - b.rank[words]);
    if (column) found.sort((a, b) => (a[column] == null) - (b[column] == null) || sign * (a[column] - b[column])); // rows without the number come last
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
      const node = make(tag, label === 'Figure' ? 'lr-num' : '');
      node.setAttribute('role', tag === 'th' ? 'rowheader' : 'cell');
      if (tag === 'th') { node.scope = 'row'; node.append(...parts); } else { node.dataset.label = label; node.append(make('div', '', ...parts)); }
      line.append(node);
    };
    const flag = row.flagged && make('span', 'lr-flag', make('span', 'visually-hidden', ' discrepancy registered'));
    const figure = Object.assign(make('a', 'lr-figure', ...glue(row.value || 'row', flag)), { href: `reports/${encodeURIComponent(row.code.report)}.html#${encodeURIComponent(row.row_id)}` });
    cell('th', 'Cohort', `${row.study}: ${row.cohort}`, make('span', 'lr-under', [row.report, row.regimen, row.disease, row.setting, row.age_group].filter(Boolean).join('; ')));
    cell('td', 'Outcome', row.outcome, make('span', 'lr-under', [row.definition, row.counted_from && `of ${row.counted_from}`, row.time].filter(Boolean).join('; ')));
    cell('td', 'Figure', figure);
    cell('td', 'Share', drawShare(row));
    return line;
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

  function cite() {
    const choices = [...form.querySelectorAll('input, select')].filter(control => control.value && control.name !== 'sort').map(control => {
      return `${control.labels[0].textContent} “${control.selectedOptions ? control.selectedOptions[0].dataset.title ?? control.selectedOptions[0].text : control.value}”`;
    });
    $('.lr-copied').textContent = `${review.source} View: ${choices.join(', ') || 'all rows'} (${found.length} of ${rows.length} rows). ${review.address.replace('{page}', 'explorer') || lrCite.addressOf(location)}${view()}`;
  }

  function show({ typing = false } = {}) {
    search();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(page, pages);
    const start = (page - 1) * PAGE, some = found.slice(start, start + PAGE);
    $('tbody').replaceChildren(...some.map(drawRow));
    $('.lr-count').textContent = found.length ? `${found.length} of ${rows.length} rows; shown: ${start + 1} to ${start + some.length}` : 'No row matches.';
    $('.lr-page').textContent = `Page ${page} of ${pages}`;
    for (const button of root.querySelectorAll('[data-page]')) button.disabled = button.dataset.page < 0 ? page === 1 : page === pages;
    for (const button of root.querySelectorAll('[data-take]')) button.disabled = !found.length;
    $('.lr-pages').hidden = pages === 1;
    $('.lr-table').hidden = !found.length;
    $('.lr-scope').textContent = found.length ? describe() : 'Take a word or a filter away.';
    cite();
    writeAddress(typing);
  }

  /* What a spreadsheet would not leave a text: a formula, a date, a time, a number in other words, true and false. */
  const MISREAD = [
    /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/,
    /^(?=.*\d)[\d\s.,:/%\u2010-\u2015-]+$/,
    /^\(\s*[\d.,]+\s*\)$/,
    /^(?=.*\d)(\d{1,4}[\s./-]*)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([\s.,/-]*\d{1,4}){0,2}$/i,
    /^\d{1,2}(:\d{2}){0,2}\s*[ap]m?$/i,
    /^\d+(\.\d+)?e[+-]?\d+$/i,
    /^[\p{Sc}]\s*[\d.,]+$/u,
    /^(true|false)$/i,
  ];
  /* Such a text stands in quotation marks, like a quotation; the files of data/ hold it as it is. */
  const keep = value => {
    if (typeof value !== 'string') return value ?? '';
    const number = value.replace(/%$/, ''), isNumber = String(Number(number)) === number; // stays what it is when read
    return !isNumber && MISREAD.some(pattern => pattern.test(value)) ? `“${value}”` : value;
  };
  const quote = value => /[",\n\r\u2028\u2029]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

  /* For spreadsheets: the mark at the start tells them that these are not letters of one country. */
  function csv() {
    const head = [...data.columns, 'review_version'];
    const lines = found.map(row => [...data.columns.map(name => row[name]), `version ${review.version}`]);
    return `\ufeff${[head, ...lines].map(cells => cells.map(value => quote(keep(value))).join(',')).join('\n')}\n`;
  }
  const ris = () => [...new Set(found.map(row => row.code.report))].sort().map(report => data.ris[report] ?? '').join('\n');

  /* A file's name says what its rows were chosen by: two choices are two files. */
  function nameFile(kind) {
    const chosen = [...new FormData(form)].filter(([name, value]) => name !== 'sort' && value)
      .map(([, value]) => value.replace(GROUP, '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase())
      .map(value => value.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40)).filter(Boolean);
    return `evidence-${review.version}-${chosen.join('_').slice(0, 120) || 'all-rows'}.${kind}`;
  }

  function take(kind) {
    const [text, type] = kind === 'csv' ? [csv(), 'text/csv;charset=utf-8'] : [ris(), 'application/x-research-info-systems;charset=utf-8'];
    const anchor = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text], { type })), download: nameFile(kind) });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  }

  function listen() {
    const again = event => { page = 1; show({ typing: event.target.name === 'q' }); };
    form.addEventListener('input', again);
    const filters = 'select:not([name=sort])';
    form.addEventListener('focusin', event => { if (event.target.matches(filters)) count(event.target); });
    form.addEventListener('focusout', event => { if (event.target.matches(filters)) uncount(event.target); });
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('reset', event => setTimeout(() => again(event)));
    root.addEventListener('click', event => {
      const { page: step, take: kind } = event.target.dataset;
      if (kind) take(kind);
      if (!step) return;
      page += Number(step);
      show();
      $('table').scrollIntoView({ block: 'nearest' });
    });
    addEventListener('popstate', () => { readAddress(); show(); });
  }

  globalThis.lrExplorer = given => { data = given; };

  async function start() {
    [review] = await Promise.all([lrCite.loadReview(), lrLoad('explorer-data.js'), lrLoad('language_data.js').catch(() => {})]);
    words = globalThis.lrWords ?? LETTERS;
    rows = unpack();
    root.hidden = false;
    document.querySelector('.lr-unscripted').hidden = true; // it stands until here, so that it also stands where the rows cannot be loaded
    fillControls();
    readAddress();
    listen();
    show();
    root.dataset.ready = 'yes';
  }
  start().catch(error => {
    document.querySelector('.lr-unscripted').style.minHeight = 0; // no rows will come, and no place is kept for them
    throw error;
  });
})();
