/* Copy buttons behind citations, and on a report's page a "Cite" button per row. Without script the texts and addresses stand as they are. */
(() => {
  let review;

  // What cites the review; see write_review in livingreview/cards.py.
  globalThis.lrReview = given => { review = given; };
  const loadReview = async () => { await lrLoad('review.js'); return review; };

  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name, textContent: text });

  async function copy(source) {
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      return 'Copied';
    } catch { // an old browser or a page without the right to the clipboard
      getSelection().selectAllChildren(source);
      return document.execCommand('copy') ? 'Copied' : 'Selected: copy with your keyboard';
    }
  }

  function addCopy(source, place) {
    const button = make('button', 'lr-button', 'Copy');
    const told = make('span', 'lr-quiet', '');
    button.type = 'button';
    told.setAttribute('role', 'status');
    button.addEventListener('click', async () => {
      told.textContent = await copy(source);
      setTimeout(() => { told.textContent = ''; }, 4000);
    });
    place.append(button, told);
  }

  // Where a page of the book is found by others: a saved copy's place on a disk is nobody else's address.
  const addressOf = page => page.protocol === 'file:' ? page.pathname.replace(/^.*\/(?=chapters\/)/, '') : page.href.split('#')[0];

  /* Where a problem of a row is reported; an address that takes words is given them. */
  function reportProblem({ id, shown, href, page, problems }) {
    const address = new URL(problems, page), title = `Row ${id}`;
    const body = `Row: ${id}\nShown: ${shown}\nAddress: ${href}\n\nWhat is wrong, and where does it stand in the report?\n`;
    if (address.protocol === 'mailto:') address.search = `subject=${encodeURIComponent(title)}&body=${encodeURIComponent(body)}`;
    else if (/^https:/.test(problems)) { address.searchParams.set('title', title); address.searchParams.set('body', body); }
    return Object.assign(make('a', '', 'Report a problem'), { href: address.href });
  }

  /* A row's citation with a copy button, as cards and the pages of reports show it. `page`: URL of the report's page; `source`, `address`, `problems`: see row_source. */
  function citeRow({ id, what, value, interval, page, source, address, problems }) {
    const href = `${address || addressOf(page)}#${id}`, shown = `${what}${value ? `: ${[value, interval].filter(Boolean).join(', ')}` : ''}`;
    const box = make('div', 'lr-rowcite', ''), text = make('p', '', `${shown}. ${source} ${href}`), tools = make('p', '', '');
    addCopy(text, tools);
    tools.append(Object.assign(make('a', '', 'Address of this row'), { href: `${page.href.split('#')[0]}#${id}` }));
    if (problems) tools.append(' · ', reportProblem({ id, shown, href, page, problems }));
    box.append(text, tools);
    return box;
  }
  globalThis.lrCite = { addressOf, citeRow, copy, reportProblem, loadReview };

  for (const source of document.querySelectorAll('.lr-copied')) {
    const place = make('p', '', '');
    source.after(place);
    addCopy(source, place);
  }

  const line = document.querySelector('.lr-rows');
  if (!line) return;

  function openRow(row, button) {
    const value = row.querySelector('td[data-label="Value"]')?.textContent.trim();
    const what = row.querySelector('th').firstChild.textContent.trim();
    const box = citeRow({ id: row.id, what, value, page: new URL(location.href), ...line.dataset });
    box.id = `cite-${row.id}`;
    button.after(box);
    button.setAttribute('aria-controls', box.id);
    return box;
  }

  for (const row of document.querySelectorAll('.lr-table tbody tr[id]')) {
    const button = make('button', 'lr-button', 'Cite');
    let box;
    button.type = 'button';
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-label', `Cite ${row.id}`);
    button.addEventListener('click', () => {
      if (box) box.hidden = !box.hidden;
      else box = openRow(row, button);
      button.setAttribute('aria-expanded', String(!box.hidden));
    });
    row.querySelector('th').append(' ', button);
  }
})();
