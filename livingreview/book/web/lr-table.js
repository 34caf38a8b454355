/* Tables: sorted by a column, copied or downloaded for a spreadsheet, passed over by keyboard. Each is furnished when it comes near the view. Without script they stand as they are. */
(() => {
  const LONG = 8, MANY = 12, FEW = 3; // rows from which it is worth sorting; links from which it is worth passing over; rows from which it is worth taking

  function make(tag, name, text) {
    return Object.assign(document.createElement(tag), { className: name, textContent: text });
  }
  const button = (name, text) => Object.assign(make('button', name, text), { type: 'button' });

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
  /* Lines of cells as a file for spreadsheets: the mark at the start tells them that these are not letters of one country. */
  const csv = lines => `\ufeff${lines.map(cells => cells.map(value => quote(keep(value))).join(',')).join('\n')}\n`;
  const tabbed = lines => lines.map(cells => cells.map(keep).join('\t')).join('\n');

  function give(blob, name) {
    const anchor = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  }

  /* A cell's words on one line, without marks and buttons; marks in [brackets] where they are kept, since what they mean stands above a figure's table. */
  function wordsOf(cell, marked = false) {
    const copy = cell.cloneNode(true);
    if (marked) for (const part of copy.querySelectorAll('.lr-flag, .lr-mark')) part.replaceWith(` [${part.ariaLabel ?? part.textContent.trim()}]`);
    for (const part of copy.querySelectorAll('.lr-flag, .lr-mark, .lr-rowcite, .visually-hidden, button:not(.lr-sort)')) part.remove();
    for (const part of copy.querySelectorAll('br')) part.replaceWith('; ');
    return copy.textContent.replace(/\s+/g, ' ').trim();
  }

  /* A table as lines of cells: the heading over some rows becomes a column of its own, and so does what stands under a row. `whole`: with marks, and with that column in any case, so that all figures give files of one form. */
  function linesOf(table, { whole = false } = {}) {
    const grouped = whole || table.querySelector('tr.lr-group'), noted = table.querySelector('tr.lr-below') ? [''] : [], words = cell => wordsOf(cell, whole);
    const lines = [[...(grouped ? ['Group'] : []), ...[...table.tHead.rows[0].cells].map(words), ...noted.map(() => 'Note')]];
    let group = '';
    for (const row of table.tBodies[0].rows) {
      if (row.matches('.lr-group')) group = words(row.cells[0]);
      else if (row.matches('.lr-below')) lines.at(-1).splice(-1, 1, words(row.cells[0]));
      else lines.push([...(grouped ? [group] : []), ...[...row.cells].map(words), ...noted]);
    }
    return lines;
  }
  globalThis.lrSheet = { csv, give, wordsOf, linesOf };

  const nameOf = table => (table.caption?.firstChild.textContent ?? 'table').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    .replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 80);

  function addTools(table) {
    const tools = make('span', 'lr-tools', ''), told = make('span', 'lr-quiet', '');
    const copy = button('lr-button', 'Copy'), file = button('lr-button', 'CSV');
    copy.setAttribute('aria-label', 'Copy this table');
    file.setAttribute('aria-label', 'Download this table (CSV)');
    told.setAttribute('role', 'status');
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(tabbed(linesOf(table)));
        told.textContent = 'Copied ';
      } catch { // an old browser or a page without the right to the clipboard
        told.textContent = 'Not allowed here: use CSV ';
      }
      setTimeout(() => { told.textContent = ''; }, 4000);
    });
    file.addEventListener('click', () => give(new Blob([csv(linesOf(table))], { type: 'text/csv;charset=utf-8' }), `${nameOf(table)}.csv`));
    tools.append(told, ...keyTo(table, tools), copy, file);
    table.before(tools); // not into the table: on a phone only rows may stand there (see the roles in lr-page.js)
  }

  /* On a phone what the marks of a table mean stands under it, screens away: this brings it above the table, and back. */
  function keyTo(table, tools) {
    const place = table.parentElement, legend = place.querySelector(':scope > .lr-legend');
    if (!legend) return [];
    const key = button('lr-button lr-key', 'Key'), notes = place.querySelectorAll(':scope > .lr-note:not(.lr-legend)');
    key.setAttribute('aria-label', 'Key to this table');
    key.setAttribute('aria-expanded', 'false');
    key.addEventListener('click', () => {
      const open = place.classList.toggle('lr-keyed');
      if (open) tools.after(legend, ...notes);
      else { place.prepend(legend); table.after(...notes); }
      key.setAttribute('aria-expanded', open);
    });
    return [key];
  }

  /* What a cell is sorted by: of numbers the percentage, else the first; cells without one come last. */
  function keyOf(row, column, isNumber) {
    const words = wordsOf(row.cells[column] ?? row);
    if (!isNumber) return words;
    const number = (words.match(/(\d+(?:\.\d+)?)%/) ?? words.replace('\u2212', '-').match(/(-?\d+(?:\.\d+)?)/))?.[1];
    return number === undefined ? null : Number(number);
  }

  /* Rows in order within each group, as they stood where `way` is none. */
  function order(table, column, way) {
    const body = table.tBodies[0], isNumber = table.classList.contains(`lr-n${column + 1}`);
    const { compare } = new Intl.Collator('en', { numeric: true });
    table.standing ??= [...body.rows];
    let block = [];
    const sorted = [];
    const close = () => {
      const keyed = block.map(row => [keyOf(row, column, isNumber), row]);
      const sign = way === 'descending' ? -1 : 1;
      if (way) keyed.sort(([a], [b]) => (a === null) - (b === null) || sign * (isNumber ? a - b : compare(a, b)));
      sorted.push(...keyed.map(([, row]) => row));
      block = [];
    };
    for (const row of table.standing) {
      if (!row.matches('.lr-group')) block.push(row);
      else { close(); sorted.push(row); }
    }
    close();
    body.append(...sorted);
  }

  function addSorting(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const press = button('lr-sort', '');
      press.append(...head.childNodes);
      head.append(press);
      press.addEventListener('click', () => {
        const way = { ascending: 'descending', descending: '' }[head.getAttribute('aria-sort')] ?? 'ascending';
        heads.forEach(other => other.removeAttribute('aria-sort'));
        if (way) head.setAttribute('aria-sort', way);
        order(table, column, way);
      });
    });
  }

  /* Before a table of many links a way to the first stop behind it. */
  function addSkip(table) {
    const skip = button('lr-skip lr-button', 'Skip this table');
    const behind = stop => table.compareDocumentPosition(stop) === Node.DOCUMENT_POSITION_FOLLOWING && stop.checkVisibility({ visibilityProperty: true });
    skip.addEventListener('click', () => [...document.querySelectorAll('a[href], button, summary, input, select')].find(behind)?.focus());
    table.before(skip);
  }

  function furnish(table) {
    const lines = table.querySelectorAll('tbody tr:not(.lr-group, .lr-below)').length;
    if (table.querySelectorAll('a').length >= MANY || table.closest('.lr-explorer')) addSkip(table);
    if (!table.tHead || table.closest('.lr-explorer')) return;
    if (table.caption && lines >= FEW) addTools(table);
    // Options of one setting stand together: to sort them all would compare them.
    if (lines >= LONG && !table.closest('.lr-sof')) addSorting(table);
  }

  const near = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      furnish(target);
    }
  }, { rootMargin: '800px 0px' });
  document.querySelectorAll('.lr-table table').forEach(table => near.observe(table));
})();
