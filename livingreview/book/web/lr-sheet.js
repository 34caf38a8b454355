/* Figures: their files and citation, the row under the pointer or the keyboard told in one line, and the order of a forest's rows. Without script a figure is a picture whose rows are links, and its table. */
(() => {
  const SPACE = 'http://www.w3.org/2000/svg', WAIT = 150; // ms for which a line stays once nothing asks for it: a pointer may go over to it
  const make = (tag, name, ...parts) => {
    const node = Object.assign(document.createElement(tag), { className: name });
    node.append(...parts);
    return node;
  };
  const titleOf = figure => figure.querySelector('figcaption').textContent.trim();
  const hrefOf = link => link.getAttribute('href'); // that of a link in a picture is no text

  /* Files: the wide picture as SVG or PNG, with the colours of paper whatever the page's scheme. */

  /* The picture by itself: on white, with its caption as title, its links leading to the book from anywhere. */
  function picture(figure) {
    const draw = (name, attributes, text = '') => {
      const part = Object.assign(document.createElementNS(SPACE, name), { textContent: text });
      Object.entries(attributes).forEach(([key, value]) => part.setAttribute(key, value));
      return part;
    };
    const parts = [...figure.querySelectorAll('.lr-wide svg')].map(part => part.cloneNode(true));
    const [width, ...heights] = [parts[0].getAttribute('width'), ...parts.map(part => Number(part.getAttribute('height')))];
    const height = heights.reduce((sum, own) => sum + own, 0);
    const svg = draw('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
    svg.append(draw('title', {}, titleOf(figure)), draw('rect', { width: '100%', height: '100%', fill: '#fffffe' }), ...parts);
    parts.forEach((part, place) => part.setAttribute('y', heights.slice(0, place).reduce((sum, own) => sum + own, 0)));
    svg.querySelectorAll('a').forEach(link => { link.setAttribute('href', new URL(hrefOf(link), location.href)); link.removeAttribute('class'); });
    return new XMLSerializer().serializeToString(svg);
  }

  /* A drawing as a picture of dots on white, three for each pixel or as many as a browser can paint. */
  async function pixels(text) {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const times = Math.min(3, 16000 / image.height);
    const canvas = Object.assign(document.createElement('canvas'), { width: times * image.width, height: times * image.height });
    const ground = canvas.getContext('2d');
    ground.fillStyle = '#fff';
    ground.fillRect(0, 0, canvas.width, canvas.height);
    ground.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise(done => { canvas.toBlob(done, 'image/png'); });
  }
  globalThis.lrPicture = { pixels };

  async function take(figure, kind) {
    const files = {
      csv: () => new Blob([lrSheet.csv(lrSheet.linesOf(figure.querySelector('.lr-table table'), { whole: true }))], { type: 'text/csv;charset=utf-8' }),
      svg: () => new Blob([picture(figure)], { type: 'image/svg+xml' }),
      png: () => pixels(picture(figure)),
    };
    lrSheet.give(await files[kind](), `${figure.id}.${kind}`);
  }

  /* The figure's number and title, then the page, the review, its version and the figure's address. */
  async function cite(figure, line) {
    const review = await lrCite.loadReview();
    const page = /([^/]+)\.html$/.exec(location.pathname)[1], heading = document.querySelector('h1').cloneNode(true);
    heading.querySelectorAll('.headerlink').forEach(part => part.remove());
    const address = review.address.replace('{page}', page) || lrCite.addressOf(new URL(location.href));
    const told = figure.querySelector('.lr-cited') ?? make('p', 'lr-note lr-cited'), state = line.querySelector('[role=status]');
    told.textContent = `${titleOf(figure).replace(/\.?$/, '.')} In: ${heading.textContent.trim()}. ${review.source} ${address}#${figure.id}`;
    line.after(told);
    state.textContent = `${await lrCite.copy(told)} this citation:`;
  }

  document.addEventListener('click', async event => {
    const asked = event.target.closest?.('[data-lr-figure]'), kind = asked?.dataset.lrFigure;
    if (!kind || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const figure = asked.closest('figure');
    if (kind !== 'cite') { take(figure, kind); return; }
    event.preventDefault(); // without script the link leads to how the page is cited
    try {
      await cite(figure, asked.closest('.lr-get'));
    } catch {
      location.href = asked.href;
    }
  });

  /* Rows. */

  const shownIn = figure => [...figure.querySelectorAll('.lr-wide, .lr-phone')].filter(part => part.checkVisibility());
  /* Where a row stands in its picture: every row begins with its field, see Sheet.row in livingreview/charts/sheet.py. */
  function fieldOf(link) {
    const [x, y, height] = /^M([-\d.]+),([-\d.]+)h[\d.]+v([\d.]+)/.exec(link.firstElementChild.getAttribute('d')).slice(1).map(Number);
    return { x, y, height };
  }
  const movedBy = link => Number(/,([-\d.]+)\)/.exec(link.getAttribute('transform'))?.[1] ?? 0);
  /* The rows of the picture that is shown, as they are read. */
  const rowsOf = figure => shownIn(figure).flatMap(part => [...part.querySelectorAll('svg')]).flatMap(svg => [...svg.querySelectorAll('a')]
    .map(link => [fieldOf(link), link]).sort(([a, one], [b, other]) => a.y + movedBy(one) - b.y - movedBy(other) || a.x - b.x).map(([, link]) => link));

  const anchorOf = (figure, href) => figure.querySelector(`.lr-table tbody a[href="${CSS.escape(href)}"]`);

  /* A row in one line, from the figure's table: whose result, what, how many. Of a line of the table that is several rows of the picture its own cell alone. */
  function tell(figure, href) {
    const row = anchorOf(figure, href)?.closest('tr');
    if (!row) return [];
    const heads = [...row.closest('table').tHead.rows[0].cells].map(cell => lrSheet.wordsOf(cell));
    const [name, ...cells] = [...row.cells].map((cell, column) => ({ cell, words: lrSheet.wordsOf(cell), head: heads[column] }));
    const drawn = new Set([...figure.querySelectorAll('svg a')].map(hrefOf));
    const others = cells.filter(({ cell }) => [...cell.querySelectorAll('a')].some(link => drawn.has(hrefOf(link))));
    const own = others.length > 1 ? others.filter(({ cell }) => [...cell.querySelectorAll('a')].some(link => hrefOf(link) === href)) : cells;
    let group = row;
    while (group && !group.matches('.lr-group')) group = group.previousElementSibling;
    return [group ? lrSheet.wordsOf(group.cells[0]) : '', name.words, own.filter(({ words, head }) => words && head !== 'Rows').map(({ words, head }) => `${head}: ${words}`)];
  }

  let tip, ending, active;

  const reportOf = href => /reports\/([a-z0-9-]+)\.html/.exec(href)?.[1];

  /* The row, and what else the page's figures show of the same study. */
  async function mark(link) {
    document.querySelectorAll('.lr-same').forEach(part => part.classList.remove('lr-same', 'lr-now'));
    active = link;
    if (!link) return;
    link.classList.add('lr-same', 'lr-now');
    const { reports = {} } = await lrCite.loadReview().catch(() => ({}));
    if (active !== link) return;
    const studyOf = href => reports[reportOf(href)]?.[0] ?? reportOf(href), study = studyOf(hrefOf(link));
    document.querySelectorAll('.lr-sheet svg a').forEach(other => other.classList.toggle('lr-same', study !== undefined && studyOf(hrefOf(other)) === study));
  }

  function hush() {
    clearTimeout(ending);
    tip?.remove();
    tip = null;
    mark(null);
  }
  const hushSoon = () => { clearTimeout(ending); ending = setTimeout(hush, WAIT); };

  /* The line stands beside the pointer, so that one may go down the rows; at the keyboard, and where there is no room, under the row. */
  function show(link, pointer) {
    const figure = link.closest('figure'), [group, name, told = []] = tell(figure, hrefOf(link));
    clearTimeout(ending);
    mark(link);
    if (!name) return;
    tip?.remove();
    tip = make('div', 'lr-tip', group ? make('span', 'lr-keys', group) : '', make('strong', '', name), told.length ? `. ${told.join('; ')}` : '');
    tip.setAttribute('role', 'status');
    if (!pointer) tip.append(make('span', 'lr-keys', 'Arrow keys: other rows. Enter: where it was printed.'));
    document.body.append(tip);
    const at = link.firstElementChild.getBoundingClientRect(), edge = document.documentElement.clientWidth - 8;
    const beside = pointer && [pointer.clientX + 18, pointer.clientX - 18 - tip.offsetWidth].find(x => x >= 8 && x + tip.offsetWidth <= edge);
    const left = beside || at.left;
    const below = at.bottom + 6 + tip.offsetHeight <= innerHeight ? at.bottom + 6 : at.top - 6 - tip.offsetHeight;
    const top = beside ? Math.min(at.top + at.height / 2 - tip.offsetHeight / 2, innerHeight - tip.offsetHeight - 4) : below;
    tip.style.left = `${Math.max(8, Math.min(left, edge - tip.offsetWidth)) + scrollX}px`;
    tip.style.top = `${Math.max(4, top) + scrollY}px`;
    tip.addEventListener('pointerenter', () => clearTimeout(ending));
    tip.addEventListener('pointerleave', hushSoon);
  }

  document.addEventListener('pointerover', event => {
    const link = event.pointerType === 'touch' ? null : event.target.closest?.('.lr-sheet svg a'); // a finger opens the card
    if (link) { if (link !== active) show(link, event); else clearTimeout(ending); } else if (tip && !tip.contains(event.target) && !document.activeElement.matches('[data-lr-rows]:focus-visible')) hushSoon();
  });

  /* By keyboard a picture is one stop, and the arrow keys go through its rows. */
  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  for (const place of document.querySelectorAll('.lr-sheet .lr-picture:has(svg a)')) {
    const figure = place.closest('figure');
    let last; // the row that the keyboard was at
    const at = rows => rows.indexOf(last);
    const go = (rows, step) => {
      last = rows[Math.max(0, Math.min(rows.length - 1, at(rows) + step))];
      last.scrollIntoView({ block: 'nearest' });
      show(last);
    };
    place.tabIndex = 0;
    place.dataset.lrRows = '';
    place.addEventListener('focus', () => { if (place.matches(':focus-visible')) go(rowsOf(figure), 0); });
    place.addEventListener('blur', hush);
    place.addEventListener('keydown', event => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const rows = rowsOf(figure), step = STEPS[event.key];
      if (step) go(rows, step);
      else if (['Enter', ' '].includes(event.key) && at(rows) >= 0) {
        last.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
      } else return;
      event.preventDefault();
    });
  }
  document.addEventListener('keydown', event => { if (event.key === 'Escape' && tip) hush(); });
  document.addEventListener('click', () => { if (tip) hush(); });

  /* Orders of a forest: within what stands together, rows of one population and pool, which neither leaves its place. */
  const first = (words, pattern) => { const found = pattern.exec(words)?.[1]; return found === undefined ? null : Number(found); };
  const KEYS = {
    share: words => first(words, /([\d.]+)%/),
    patients: words => first(words, /(?:\/|% of )(\d+)/),
    year: (_, year) => year ?? null,
  };

  async function order(figure, by) {
    const { reports = {} } = by === 'year' ? await lrCite.loadReview().catch(() => ({})) : {};
    const keyOf = link => KEYS[by](lrSheet.wordsOf(anchorOf(figure, hrefOf(link)).closest('td')), reports[reportOf(hrefOf(link))]?.[1]);
    for (const svg of figure.querySelectorAll('svg')) {
      const runs = [];
      for (const row of [...svg.querySelectorAll('a')].map(link => ({ link, ...fieldOf(link), key: by ? keyOf(link) : 0 })).sort((a, b) => a.y - b.y)) {
        const last = runs.at(-1)?.at(-1);
        if (last && Math.abs(last.y + last.height - row.y) < 1) runs.at(-1).push(row); else runs.push([row]);
      }
      for (const run of runs) {
        let top = run[0].y;
        const sorted = by ? [...run].sort((a, b) => (a.key === null) - (b.key === null) || b.key - a.key) : run;
        for (const { link, y, height } of sorted) {
          if (top === y) link.removeAttribute('transform'); else link.setAttribute('transform', `translate(0,${Number((top - y).toFixed(1))})`);
          top += height;
        }
      }
    }
  }
  document.addEventListener('change', event => {
    if (event.target.matches?.('[data-lr-order]')) order(event.target.closest('figure'), event.target.value);
  });
})();
