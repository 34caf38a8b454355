/* What comes first among the results: a title before a text, a chapter before the page of a single report. */
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score([page, title, , , score]) {
    const plain = text => text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().trim();
    const asked = plain(new URLSearchParams(location.search).get('q') ?? '');
    // Sphinx looks for no bare number: of reports by one author that of the year asked for comes first.
    const named = /\b\d+\b/.test(asked) && plain(title).includes(asked) ? 10 : 0;
    // A report found by its title still comes before chapters that only name it: less than a title is worth more.
    return score + named - (page.includes('/reports/') ? 8 : 0);
  },
};
