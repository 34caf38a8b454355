// The page of `livingreview screen`: shows one record, sends one decision. All texts are set as text, never as HTML.
'use strict';
const token = location.hash.slice(1);
const part = name => document.getElementById(name);
const WORDS = {
  include: ['Include', 'I'], unclear: ['Unclear', 'U'], exclude: ['Exclude', 'E'],
  context: ['Keep as context', 'C'], not_retrieved: ['Could not be had', 'R'],
};
const STAGES = { title_abstract: 'title and abstract', full_text: 'full text' };
let state = null;
let busy = false;

function make(tag, text, parent) {
  const node = document.createElement(tag);
  node.textContent = text;
  parent.append(node);
  return node;
}

function say(item) {
  return [WORDS[item.decision][0], item.reason_id, item.note].filter(Boolean).join('; ');
}

async function ask(path, body, use = told => { state = told; show(); }) {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: { 'X-Token': token, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (answer.status === 403) throw new Error('This address is of an earlier run: open the one that the command shows now.');
    const told = await answer.json();
    if (told.problem) throw new Error(told.problem);
    part('problem').textContent = '';
    use(told);
  } catch (error) {
    part('problem').textContent = error instanceof TypeError ? 'The command has ended; start it again. What you decided is kept.' : error.message;
  } finally {
    busy = false;
  }
}

function decide(decision, reason = '') {
  if (!state || !state.record) return;
  if (decision === 'exclude' && !reason && state.reasons.some(item => item.decision === 'exclude')) {
    part('problem').textContent = 'A record is left out for a reason: choose the first that holds, by its number.';
    return;
  }
  ask('/decide', { record_id: state.record.record_id, decision, reason_id: reason, note: part('note').value });
}

function list(history) {
  const past = part('past');
  past.replaceChildren();
  part('none').hidden = history.length > 0;
  for (const item of history) {
    const button = make('button', item.title || 'No title is told', make('li', '', past));
    button.type = 'button';
    make('small', `${item.day}: ${say(item)}`, button);
    button.addEventListener('click', () => {
      part('history').open = false;
      ask('/reopen', { record_id: item.record_id });
    });
  }
}

function show() {
  const { record, done, total } = state;
  part('who').textContent = `${state.reader}: ${STAGES[state.stage]}${state.conflicts ? ', where readers differ' : ''}`;
  part('progress').max = Math.max(total, 1);
  part('progress').value = done;
  part('count').textContent = `${done} of ${total}`;
  part('undo').disabled = !state.undoable;
  if (part('history').open) part('history').open = false;
  part('note').value = '';
  part('columns').hidden = !record;
  part('end').hidden = Boolean(record);
  document.title = `Screening: ${done} of ${total}`;
  if (!record) {
    part('end').textContent = total
      ? `Nothing is left to decide here. Close this page, end the command with Ctrl-C, and run: ${state.settle}`
      : 'There is nothing to decide at this stage.';
    part('end').focus();
    return;
  }
  part('title').textContent = record.title || 'No title is told';
  const where = [record.container, record.year, record.volume && `${record.volume}${record.issue && `(${record.issue})`}`, record.pages];
  part('place').textContent = [record.authors, where.filter(Boolean).join(', '), record.trials, record.pmid && `PMID ${record.pmid}`, record.doi, record.kind].filter(Boolean).join(' · ');
  part('marks').replaceChildren();
  for (const flag of record.flags) make('strong', `${flag}. `, part('marks'));
  if (record.study) make('span', `Names the trial of a study that is held: ${record.study}.`, part('marks'));
  part('abstract').textContent = record.abstract || 'No abstract is at hand: the export had none, or its file is not on this machine (import it again).';
  part('keywords').textContent = record.keywords.length ? `Keywords: ${record.keywords.join(', ')}` : '';
  part('said').hidden = !record.said.length;
  part('answers').replaceChildren();
  for (const item of record.said) {
    make('li', `${item.reader}: ${say(item)}`, part('answers'));
  }
  part('former').hidden = !record.former;
  part('before').textContent = record.former ? `On ${record.former.day} you said: ${say(record.former)}` : '';
  const buttons = part('buttons');
  buttons.replaceChildren();
  for (const choice of state.choices) {
    const button = make('button', `${WORDS[choice][0]} `, buttons);
    button.type = 'button';
    make('kbd', WORDS[choice][1], button);
    make('small', state.meanings[choice], button);
    button.addEventListener('click', () => decide(choice));
  }
  const list = part('reasons');
  list.replaceChildren();
  for (const reason of state.reasons) {
    const button = make('button', '', make('li', '', list));
    button.type = 'button';
    make('kbd', reason.position, button);
    make('span', ` ${reason.label}${reason.decision === 'context' ? ' (context)' : ''}`, button);
    make('small', reason.criterion, button);
    button.addEventListener('click', () => decide(reason.decision, reason.reason_id));
  }
  part('title').focus();
  window.scrollTo(0, 0);
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !state) return;
  if (event.target.id === 'note') {
    if (event.key === 'Escape' || (event.key === 'Enter' && !event.shiftKey)) {
      event.preventDefault();
      part('title').focus();
    }
    return;
  }
  if (!part('keys').checked || event.repeat) return;
  const key = event.key.toLowerCase();
  if (key === 'n' && state.record) {
    event.preventDefault();
    part('note').focus();
  } else if (key === 'z' && state.undoable) {
    ask('/undo', {});
  } else if (key === 'h') {
    event.preventDefault();
    part('history').open = !part('history').open;
    part('history').firstElementChild.focus();
  } else if (key === 'k' && state.record && state.record.former) {
    ask('/leave', {});
  } else {
    const reason = state.reasons.find(item => String(item.position) === key);
    const choice = state.choices.find(item => WORDS[item][1].toLowerCase() === key);
    if (reason) decide(reason.decision, reason.reason_id);
    else if (choice) decide(choice);
  }
});
part('undo').addEventListener('click', () => ask('/undo', {}));
part('leave').addEventListener('click', () => ask('/leave', {}));
part('history').addEventListener('toggle', event => {
  part('past').replaceChildren();
  if (event.target.open) ask('/history', null, told => list(told.history));
});
ask('/state');
