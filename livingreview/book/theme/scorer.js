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
  // A report found by its title still comes before chapters that only name it: less than a title is worth more.
  score: ([page, , , , score]) => score - (page.includes('/reports/') ? 8 : 0),
};
