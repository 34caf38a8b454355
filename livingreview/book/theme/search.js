/* What a reader types, read as livingreview/book/search.py reads the pages. Sphinx puts this behind its stemmer;
   the evidence explorer reads its rows with it, too. */
{
  const { letters, spellings, capitals, forms, short, chapters } = GIVEN;
  const rules = spellings.map(([pattern, put]) => [new RegExp(pattern, 'g'), put]);
  const ending = new Stemmer(), known = new Map(), everyday = new Set(capitals);

  function fold(text) {
    if (/^\p{ASCII}*$/u.test(text)) return text;
    const bare = text.normalize('NFKD').replace(/\p{M}+/gu, '');
    return bare.replace(/\P{ASCII}/gu, letter => {
      const plain = letters[letter.toLowerCase()];
      return plain === undefined ? letter : letter === letter.toLowerCase() ? plain : plain.toUpperCase();
    });
  }

  function stem(word) {
    let read = known.get(word);
    if (read === undefined) {
      read = rules.reduce((text, [pattern, put]) => text.replace(pattern, put), fold(word).toLowerCase());
      if (read.length > short || !read.endsWith('s')) read = ending.stemWord(read);
      known.set(word, read);
    }
    return read;
  }

  // Names and phrases with another name, by their first word: [words, name], the longest first.
  const begins = new Map();
  for (const [phrase, name] of Object.entries(forms)) {
    const words = phrase.split(' ');
    begins.set(words[0], [...begins.get(words[0]) ?? [], [words, name]].sort(([a], [b]) => b.length - a.length));
  }
  const namesAt = (words, here) => (begins.get(words[here]) ?? [])
    .filter(([phrase]) => phrase.every((word, i) => words[here + i] === word));

  const part = text => [...text.matchAll(/[\p{L}\p{N}_]+/gu)]
    .map(({ 0: word, index }) => ({ word, from: index, to: index + word.length }));
  const isNumber = word => /^\p{N}+$/u.test(word);
  const staysWhole = words => words.some(word => !isNumber(word))
    && words.some(word => word.length < short || isNumber(word));

  /* What is looked for, one after another: { text: as typed, key: as it stands in the index }. */
  function read(query) {
    const text = fold(query), parts = part(text), asked = [];
    // Who types may leave out the capitals of an abbreviation.
    const words = parts.map(({ word }) => everyday.has(word.toLowerCase()) ? word.toUpperCase() : stem(word));
    const tied = here => parts[here + 1]
      && /^[-\u2010-\u2013\u2212]$/.test(text.slice(parts[here].to, parts[here + 1].from));
    for (let here = 0; here < parts.length;) {
      let end = here + 1;
      while (tied(end - 1)) end += 1;
      const term = parts.slice(here, end).map(({ word }) => word);
      const whole = term.length > 1 && staysWhole(term);
      const [name] = namesAt(words, here);
      let key = stem(term[0]), count = 1; // of other terms each part says enough
      if (name && (!whole || name[0].length >= term.length)) [key, count] = [name[1], name[0].length];
      else if (whole) [key, count] = [term.map(stem).join('-'), term.length];
      asked.push({ text: text.slice(parts[here].from, parts[here + count - 1].to), key });
      here += count;
    }
    return asked;
  }

  /* Whether a page is the chapter of a treatment, every word of whose name was typed. */
  globalThis.lrNames = (page, query) => {
    if (!(page in chapters)) return false;
    const asked = new Set(part(query).map(({ word }) => stem(word)));
    return part(chapters[page]).every(({ word }) => asked.has(stem(word)));
  };

  globalThis.splitQuery = query => read(query).map(({ text }) => text);
  globalThis.Stemmer = function () {
    // Asked for what splitQuery gave. What every object of JavaScript has is no word of the index, and would stop it.
    this.stemWord = text => {
      const key = read(text)[0]?.key ?? '';
      return key in {} ? `${key} ` : key;
    };
  };

  /* A cell of a table as it is looked through: its letters without accents, its words, its names. */
  const held = new Map();
  function readText(text) {
    if (!held.has(text)) {
      const plain = fold(text), found = part(plain).map(({ word }) => word);
      const stems = found.map(stem), names = [];
      const words = found.map((word, i) => {
        return everyday.has(word.toLowerCase()) && word === word.toUpperCase() ? word : stems[i];
      });
      words.forEach((_, here) => names.push(...namesAt(words, here).map(([, name]) => name)));
      held.set(text, ` ${[plain.toLowerCase(), ...stems, ...names].join(' ')} `);
    }
    return held.get(text);
  }

  /* What must be in such cells: lists of which one is enough. What holds a digit is looked for as typed. */
  function ask(query) {
    const typed = fold(query).toLowerCase().match(/\S*\d\S*/g) ?? [];
    const words = read(query.replace(/\S*\d\S*/g, ' '));
    return [
      ...typed.map(text => [text]),
      ...words.map(({ text, key }) => key.startsWith('=') ? [` ${key} `] : [text.toLowerCase(), key]),
    ];
  }
  globalThis.lrWords = { readText, ask };
}
