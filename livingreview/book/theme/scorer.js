/* What comes first among the results: chapters and sections before pages of single reports, a title before a text. */
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
    const query = new URLSearchParams(location.search).get('q') ?? '';
    // The chapter of a treatment that was typed, before what only speaks of it.
    if (!page.includes('/reports/')) return lrNames(page, query) ? score + 500 : score;
    const plain = text => text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().trim();
    const asked = plain(query);
    // Sphinx looks for no bare number: who asks for an author and a year asks for that report.
    const named = /\b(?:19|20)\d\d\b/.test(asked) && plain(title).includes(asked);
    // Any other comes behind all chapters, also where its title holds the word: trials and regimens name reports.
    return named ? score + 1000 : score - 1000;
  },
};
