/* Files of a figure: its wide picture as SVG or PNG, with the colours of paper whatever the page's scheme, and its table as CSV. */
document.addEventListener('click', async event => {
  const kind = event.target.closest?.('[data-lr-figure]')?.dataset.lrFigure;
  if (!kind) return;
  const figure = event.target.closest('figure');

  function save(blob) {
    const address = URL.createObjectURL(blob);
    Object.assign(document.createElement('a'), { href: address, download: `${figure.id}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  /* The picture by itself: on white, with its caption as title, its links leading to the book from anywhere. */
  function picture() {
    const make = (name, attributes, text = '') => {
      const part = Object.assign(document.createElementNS('http://www.w3.org/2000/svg', name), { textContent: text });
      Object.entries(attributes).forEach(([key, value]) => part.setAttribute(key, value));
      return part;
    };
    const parts = [...figure.querySelectorAll('.lr-wide svg')].map(part => part.cloneNode(true));
    const [width, ...heights] = [parts[0].getAttribute('width'), ...parts.map(part => Number(part.getAttribute('height')))];
    const height = heights.reduce((sum, own) => sum + own, 0);
    const svg = make('svg', { width, height, viewBox: `0 0 ${width} ${height}` });
    svg.append(make('title', {}, figure.querySelector('figcaption').textContent.trim()), make('rect', { width: '100%', height: '100%', fill: '#fffffe' }), ...parts);
    parts.forEach((part, place) => part.setAttribute('y', heights.slice(0, place).reduce((sum, own) => sum + own, 0)));
    svg.querySelectorAll('a').forEach(link => link.setAttribute('href', new URL(link.getAttribute('href'), location.href)));
    return new XMLSerializer().serializeToString(svg);
  }

  async function pixels(text) {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 3 * image.width, height: 3 * image.height });
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise(resolve => { canvas.toBlob(resolve, 'image/png'); });
  }

  /* A heading over rows becomes a column of its own. The mark at the start tells spreadsheets the letters' code. */
  function csv() {
    const table = figure.querySelector('.lr-table table');
    const words = given => {
      const cell = given.cloneNode(true);
      cell.querySelectorAll('br').forEach(part => part.replaceWith('; '));
      cell.querySelectorAll('.lr-mark').forEach(part => part.replaceWith(` [${part.textContent}]`)); // what they mean stands above the table
      cell.querySelectorAll('.lr-flag').forEach(part => part.replaceWith(` [${part.textContent.trim()}]`));
      return cell.textContent.trim();
    };
    const quote = value => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    let group = '';
    const lines = [['Group', ...[...table.tHead.rows[0].cells].map(words)]];
    for (const row of table.tBodies[0].rows) {
      const cells = [...row.cells].map(words);
      if (row.classList.contains('lr-group')) [group] = cells; else lines.push([group, ...cells]);
    }
    return `\ufeff${lines.map(cells => cells.map(quote).join(',')).join('\n')}\n`;
  }

  if (kind === 'csv') save(new Blob([csv()], { type: 'text/csv;charset=utf-8' }));
  else if (kind === 'svg') save(new Blob([picture()], { type: 'image/svg+xml' }));
  else save(await pixels(picture()));
});
