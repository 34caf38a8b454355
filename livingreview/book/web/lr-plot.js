/* A forest of the explorer's rows as SVG: shares of patients with their intervals, or ratios on a log axis. Nothing is pooled or calculated here: the numbers are those of the rows and of the pools that are given. */
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const FEWEST = 3, MOST = 60, NARROW = 560, SIZE = 13, LINE = 16, MARK = '#0072B2', SECOND_HAND = '#D55E00', POOLED = '#00704f', PAPER = 'none';
  const KINDS = {
    share: { point: 'percent', low: 'low', high: 'high', title: 'Share of patients, %' },
    ratio: { point: 'ratio', low: 'ratio_low', high: 'ratio_high', title: 'Ratio, log scale' },
  };
  const TICKS = { share: [0, 25, 50, 75, 100], ratio: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50] };
  const pen = document.createElement('canvas').getContext('2d');

  function make(tag, attributes, text) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text != null) node.textContent = text;
    return node;
  }

  /* Words in lines no wider than `width`. */
  function wrap(words, width, weight = 400) {
    pen.font = `${weight} ${SIZE}px Arial, Helvetica, sans-serif`;
    const lines = [];
    for (const word of words.split(/\s+/)) {
      const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (lines.length && pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }

  /* What is drawn of some rows: the kind of number that most of them have. */
  function choose(rows) {
    const have = Object.entries(KINDS).map(([kind, { point }]) => [kind, rows.filter(row => row[point] != null && (kind === 'share' || row[point] > 0))]);
    const [kind, some] = have.reduce((a, b) => (b[1].length > a[1].length ? b : a));
    return { kind, some, shown: some.slice(0, MOST) };
  }

  function nameRow(row, mixed) {
    const report = row.report.replace(/[;(]\s?[^;()]*not established\)/, '').trim();
    const study = row.cohort.startsWith(row.study) || report.includes(row.study) ? '' : `${row.study}: `;
    return `${report}, ${study}${row.cohort}${mixed ? ` – ${(row.ratio != null && row.definition) || row.outcome}` : ''}`;
  }

  function scaleOf(kind, rows, from, to) {
    if (kind === 'share') return { ticks: TICKS.share, at: value => from + (to - from) * value / 100 };
    const { point, low, high } = KINDS[kind];
    const ends = rows.flatMap(row => [row[point], row[low], row[high]]).filter(value => value > 0);
    const least = TICKS.ratio.findLast(tick => tick <= Math.min(0.5, ...ends)) ?? TICKS.ratio[0];
    const most = TICKS.ratio.find(tick => tick >= Math.max(2, ...ends)) ?? TICKS.ratio.at(-1);
    const part = value => (Math.log(Math.min(most, Math.max(least, value))) - Math.log(least)) / (Math.log(most) - Math.log(least));
    return { ticks: TICKS.ratio.filter(tick => tick >= least && tick <= most), at: value => from + (to - from) * part(value) };
  }

  /* `inside`: whether the row is in a pool that is drawn; undefined where there is none. */
  function drawMark(row, kind, scale, y, largest, inside) {
    const { point, low, high } = KINDS[kind], group = make('g', {}), x = scale.at(row[point]);
    if (row[low] != null && row[high] != null) group.append(make('line', { x1: scale.at(row[low]), x2: scale.at(row[high]), y1: y, y2: y, stroke: 'currentColor', 'stroke-width': 1.5 }));
    const half = (5 + 7 * Math.sqrt((row.patients ?? 0) / largest)) / 2;
    group.append(row.code.basis.startsWith('restated')
      ? make('path', { d: `M${x} ${y - half - 1}L${x + half + 1} ${y}L${x} ${y + half + 1}L${x - half - 1} ${y}Z`, fill: inside ? SECOND_HAND : PAPER, stroke: SECOND_HAND, 'stroke-width': 2 })
      : make('rect', { x: x - half, y: y - half, width: 2 * half, height: 2 * half, stroke: MARK, fill: inside === false ? PAPER : MARK }));
    return group;
  }

  function drawPool(pool, scale, y) {
    const at = value => scale.at(value), node = make('g', {});
    if (pool.outer) node.append(make('line', { x1: at(pool.outer[0]), x2: at(pool.outer[1]), y1: y, y2: y, stroke: POOLED, 'stroke-width': 1.5, 'stroke-dasharray': '3 2' }));
    node.append(make('path', { d: `M${at(pool.low)} ${y}L${at(pool.value)} ${y - 6}L${at(pool.high)} ${y}L${at(pool.value)} ${y + 6}Z`, fill: POOLED }));
    return node;
  }

  /* `title` and `source` stand on a drawing that leaves the page; `pools` under the rows, where these are shares. */
  function draw(rows, { group, width, title, source, pools = [] }) {
    const { kind, some, shown } = choose(rows);
    if (some.length < FEWEST) return null;
    const pooled = kind === 'share' ? pools.filter(({ value }) => value != null) : [];
    const inside = new Set(pooled.flatMap(pool => pool.rows));
    const narrow = width < NARROW, mixed = kind === 'ratio' || new Set(shown.map(row => row.code.outcome)).size > 1;
    const valueOf = row => (kind === 'share' ? `${row.share}${row.share_interval ? ` [${row.share_interval.replace('%', '')}]` : ''}` : row.value);
    pen.font = `400 ${SIZE}px Arial, Helvetica, sans-serif`;
    const right = Math.max(...[...shown.map(valueOf), ...pooled.map(({ text }) => text)].map(text => pen.measureText(text).width * (pooled.length ? 1.08 : 1))) + 8;
    const counts = row => (row.events != null && row.total != null ? `${row.events}/${row.total}` : row.patients ? `n = ${row.patients}` : '');
    const label = narrow ? width : Math.max(260, width - right - 80 - 260);
    const from = narrow ? 8 : label + 80, to = width - right - 8;
    const scale = scaleOf(kind, shown, from, to), largest = Math.max(1, ...shown.map(row => row.patients ?? 0));
    const drawing = make('svg', { xmlns: SVG, width, role: 'img', color: title ? '#111' : 'currentColor', 'font-family': 'Arial, Helvetica, sans-serif', 'font-size': SIZE });
    drawing.append(make('title', {}, `Plot of ${shown.length} rows: ${KINDS[kind].title}. The table below holds the same.`));
    let y = 4;
    const write = (text, x, line, more = {}) => drawing.append(make('text', { x, y: line, fill: 'currentColor', ...more }, text));
    for (const line of title ? wrap(title, width - 8, 600) : []) { y += LINE; write(line, 0, y, { 'font-weight': 600 }); }
    const body = make('g', {});
    drawing.append(body);
    const top = y + 6;
    shown.forEach((row, i) => {
      if (group && (!i || shown[i - 1].code[group] !== row.code[group])) {
        if (i) y += 8;
        for (const line of wrap(row[group] || 'not given', width, 600)) { y += LINE + 2; write(line, 0, y, { 'font-weight': 600 }); }
        y += 4;
      }
      const lines = wrap(nameRow(row, mixed && group !== 'outcome'), label - (narrow ? 0 : 12));
      lines.forEach((line, n) => write(line, 0, y + LINE * (n + 1)));
      const middle = y + (narrow ? LINE * lines.length + 14 : LINE - 5);
      body.append(drawMark(row, kind, scale, middle, largest, pooled.length ? inside.has(row.row_id) : undefined));
      if (narrow) write(`${counts(row)}`, 0, middle + LINE + 4, { 'font-size': 12 });
      else write(counts(row), label + 68, middle + 5, { 'text-anchor': 'end' });
      write(valueOf(row), width, middle + 5, { 'text-anchor': 'end' });
      y += narrow ? LINE * lines.length + 40 : Math.max(LINE * lines.length, 18) + 6;
    });
    for (const pool of pooled) {
      const bold = { 'font-weight': 600 };
      const lines = wrap(`${pool.label}, n = ${pool.patients}${pooled.length > 1 ? `: ${pool.title}` : ''}`, label - (narrow ? 0 : 12), 600);
      lines.forEach((line, n) => write(line, 0, y + LINE * (n + 1), bold));
      const middle = y + (narrow ? LINE * lines.length + 14 : LINE - 5);
      body.append(drawPool(pool, scale, middle));
      write(pool.text, width, middle + 5, { 'text-anchor': 'end', ...bold });
      y += narrow ? LINE * lines.length + 30 : Math.max(LINE * lines.length, 18) + 6;
    }
    const end = y + 4, sole = kind === 'ratio' ? 1 : null;
    let last = -Infinity;
    for (const tick of scale.ticks) {
      const x = scale.at(tick);
      if (x - last < 28 || (tick !== sole && sole && Math.abs(x - scale.at(sole)) < 28)) continue;
      last = x;
      body.prepend(make('line', { x1: x, x2: x, y1: top, y2: end, stroke: 'currentColor', 'stroke-opacity': tick === sole ? 0.8 : 0.18 }));
      write(`${tick}`, x, end + LINE, { 'text-anchor': 'middle', 'font-size': 12 });
    }
    write(KINDS[kind].title, (from + to) / 2, end + 2 * LINE, { 'text-anchor': 'middle', 'font-size': 12 });
    y = end + 2 * LINE + 8;
    for (const line of source ? wrap(source, width - 8) : []) { y += LINE; write(line, 0, y, { 'font-size': 11 }); }
    drawing.setAttribute('height', y + 8);
    drawing.setAttribute('viewBox', `0 0 ${width} ${y + 8}`);
    const left = rows.length - shown.length;
    const rest = left ? ` ${left} of ${rows.length} rows are not drawn: ${some.length > MOST ? `at most ${MOST} are` : `they hold no ${kind === 'share' ? 'share of patients' : 'ratio'}`}.` : '';
    return { drawing, told: `Squares: by number of patients${pooled.length ? '; filled marks: in the pool' : ''}. ${pooled.length ? `Diamond: the pooled median with its 95% interval${pooled.some(({ outer }) => outer) ? '; broken line: where a new study is expected' : ''}.` : 'Nothing is pooled here: a pooled value is told where exactly one population and outcome are chosen whose studies are pooled; the list under the questions leads there.'}${rest}` };
  }

  /* The drawing as a file: SVG, or PNG as figures are taken (lr-sheet.js). */
  async function file(kind, rows, options) {
    const { drawing } = draw(rows, { ...options, width: 960 });
    const text = new XMLSerializer().serializeToString(drawing);
    return kind === 'svg' ? new Blob([text], { type: 'image/svg+xml' }) : lrPicture.pixels(text);
  }

  globalThis.lrPlot = { draw, file };
})();
