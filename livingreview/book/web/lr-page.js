document.documentElement.classList.add('lr-script'); // what needs a script shows only where one runs (lr.css)

/* Loads a script of the book once: a page opened from disk may load scripts, but not read files. One that failed may be asked for again. */
{
  const here = document.currentScript.src, loading = {};
  globalThis.lrLoad = name => loading[name] ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = globalThis.lrPlace?.(name) ?? new URL(name, here); // a kept version shares its files with others
    script.onload = resolve;
    script.onerror = () => { delete loading[name]; reject(new Error(`${name} could not be loaded`)); };
    document.head.append(script);
  });
}

/* On paper everything is open but folded tables, which would take most of it: those that the reader opened are printed. */
{
  const root = document.documentElement;
  // Who knows no foot of a page (lr.css) prints its words once, above the title.
  if ('CSSMarginRule' in globalThis) root.classList.add('lr-feet');
  addEventListener('beforeprint', () => {
    for (const item of root.matches('.lr-short') ? [] : document.querySelectorAll('details:not([open], .lr-fold)')) {
      item.open = true;
      item.dataset.opened = 'print';
    }
    // A book without an address of its own names the one where the reader found the page, unless that is a folder.
    const known = getComputedStyle(root).getPropertyValue('--lr-address');
    if (known || !location.protocol.startsWith('http')) return;
    root.style.setProperty('--lr-address', JSON.stringify(` · ${location.href.split('#')[0]}`));
  });
  addEventListener('afterprint', () => {
    for (const item of document.querySelectorAll('details[data-opened]')) {
      item.open = false;
      delete item.dataset.opened;
    }
  });
}

// The theme looks for the places a page's contents lead to, and where it finds no contents among all its links, of which some hold a view of the explorer.
if (document.getElementById('pst-page-toc-nav')) document.body.dataset.bsTarget = '#pst-page-toc-nav';
else delete document.body.dataset.bsSpy;

// Who chose a heading in the contents, which a narrow screen shows over the page, wants to read there.
document.addEventListener('click', event => {
  event.target.closest?.('dialog[open] a[href*="#"]')?.closest('dialog').close();
});

// Sphinx hides the words it has marked by a link that holds code, which the page's policy does not run.
document.addEventListener('click', event => {
  if (!event.target.closest?.('.highlight-link a')) return;
  event.preventDefault();
  SphinxHighlight.hideSearchWords();
});

/* What the short form (lr.css) leaves of the page, with the references of the reports that it names. */
async function printShort() {
  const root = document.documentElement, last = document.querySelector('.bd-article > section');
  root.classList.add('lr-short');
  const links = [...last.querySelectorAll('a[href*="reports/"]')].filter(link => link.checkVisibility());
  const reports = new Set(links.map(link => /reports\/([a-z0-9-]+)\.html/.exec(link.getAttribute('href'))?.[1]).filter(Boolean));
  const told = await Promise.all([...reports].map(report => lrCard.referenceOf(report).catch(() => '')));
  const section = document.createElement('section'), list = document.createElement('ul');
  list.className = 'lr-references';
  list.append(...told.filter(Boolean).sort((a, b) => a.localeCompare(b, 'en')).map(text => Object.assign(document.createElement('li'), { textContent: text })));
  section.append(Object.assign(document.createElement('h2'), { textContent: 'References' }), list);
  if (list.childElementCount) last.append(section);
  addEventListener('afterprint', () => { section.remove(); root.classList.remove('lr-short'); }, { once: true });
  print();
}
document.querySelectorAll('[data-lr-print]').forEach(button => button.addEventListener('click', () => (button.dataset.lrPrint === 'short' ? printShort() : print())));

/* On a phone a table's rows are set as blocks, which hides from some screen readers that they are rows; the roles say it again. */
{
  const ROLES = { table: 'table', thead: 'rowgroup', tbody: 'rowgroup', tr: 'row', td: 'cell', 'th[scope=col]': 'columnheader', 'th[scope^=row]': 'rowheader' };
  const narrow = matchMedia('(max-width: 640px)'), later = globalThis.requestIdleCallback ?? setTimeout;
  // A table at a time, in moments when nothing else is asked of the page: all at once would keep it busy while it comes.
  const name = () => {
    const tables = [...document.querySelectorAll('.lr-table table')];
    const next = () => {
      const table = tables.shift();
      if (!table || !narrow.matches) return;
      Object.entries(ROLES).forEach(([what, role]) => (table.matches(what) ? [table] : table.querySelectorAll(what)).forEach(part => part.setAttribute('role', role)));
      later(next);
    };
    later(next);
  };
  narrow.addEventListener('change', name);
  name();
}

// A section that has moved to another page is listed there under its old address, which leads on.
{
  const follow = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest('[data-lr-moved]')?.querySelector('a').click();
  addEventListener('hashchange', follow);
  follow();
}
