// A talk with one model or with several side by side: the same question through base → SFT → PPO shows what turns a GPT into a ChatGPT.

import { events, explain } from '../api.js';
import { fill, h } from '../dom.js';
import { count, number, onLanguage, percent, pick, say } from '../i18n.js';
import { hero, inOrder, slider, stageOf, visible, whisper } from '../parts.js';

const suggestionsShown = 4, mostTokens = 80, topShown = 4;

export function mount(panel, { info }) {
  const models = inOrder(info.models);
  const chosen = new Set(models.map((m) => m.name));
  const turns = []; // { question, answers: Map(model → answer) }
  let running = null; // AbortController of the answers that are being written
  let suggested = 0;

  const log = h('div', { class: 'talk', role: 'log', 'aria-label': say('Conversa', 'Conversation'), 'aria-live': 'off' });
  const told = whisper();
  const temperature = slider({
    name: say('Temperatura', 'Temperature'), min: 0, max: 2, step: 0.05, value: 0.5,
    hint: say('0 escolhe sempre o mais provável; acima de 1, arrisca', '0 always takes the likeliest; above 1, it takes risks'),
  });
  const system = h('input', { id: 'chat-system', placeholder: say('Seja breve.', 'Be brief.') });
  const sure = h('input', { type: 'checkbox', onchange: () => log.classList.toggle('sure', sure.checked) });
  const question = h('textarea', {
    rows: 1, id: 'chat-question', 'aria-label': say('Sua pergunta', 'Your question'), placeholder: say('Pergunte alguma coisa do mundinho…', 'Ask something about the small world…'),
    oninput: grow, onkeydown: (event) => event.key === 'Enter' && !event.shiftKey && !event.isComposing && (event.preventDefault(), submit()),
  });
  const send = h('button', { class: 'main', type: 'submit' }, say('Enviar', 'Send'));
  const stop = h('button', { class: 'quiet', type: 'button', hidden: true, onclick: () => running?.abort() }, say('Parar', 'Stop'));
  const again = h('button', { class: 'quiet small', type: 'button', onclick: regenerate }, say('Gerar de novo', 'Regenerate'));
  const reset = h('button', { class: 'quiet small', type: 'button', onclick: clear }, say('Nova conversa', 'New conversation'));
  const afterwards = h('div', { class: 'row afterwards', hidden: true }, again, reset);
  const ideas = h('div', { class: 'row ideas' });

  panel.append(
    hero(say('Um GPT continua. Um ChatGPT responde.', 'A GPT continues. A ChatGPT answers.'), say(
      'Faça a mesma pergunta aos modelos de cada etapa do treino. O primeiro só aprendeu a prever a próxima palavra; os outros aprenderam também o que é uma boa resposta.',
      'Put the same question to the models of each stage of the training. The first has only learnt to predict the next word; the others have also learnt what a good answer is.')),
    h('div', { class: 'chat-settings' },
      models.length > 1 ? h('div', { class: 'row', role: 'group', 'aria-label': say('Quem responde', 'Who answers') }, models.map(toggle)) : null,
      h('details', { class: 'card tuning' }, h('summary', {}, say('Ajustes', 'Settings')),
        h('div', { class: 'columns' },
          temperature.element,
          h('div', { class: 'field' }, h('label', { for: 'chat-system' }, say('Instrução (mensagem de sistema)', 'Instruction (system message)')), system),
          h('label', { class: 'check' }, sure, say('Mostrar a certeza de cada token', 'Show how sure each token is'))))),
    log, told, afterwards, ideas,
    h('form', { class: 'composer card', onsubmit: (event) => (event.preventDefault(), submit()) }, question, stop, send));

  suggest();
  welcome();
  onLanguage(() => (suggest(), drawFooters()));

  function toggle(model) {
    const stage = stageOf(model.name);
    const button = h('button', {
      class: 'model-toggle', type: 'button', 'aria-pressed': 'true', style: { '--own': stage.colour },
      onclick: () => {
        if (chosen.has(model.name) && chosen.size === 1) return;
        chosen.has(model.name) ? chosen.delete(model.name) : chosen.add(model.name);
        button.setAttribute('aria-pressed', chosen.has(model.name));
      },
    }, h('span', { class: 'dot' }), h('strong', {}, model.name), h('span', { class: 'soft' }, stage.what));
    return button;
  }

  function suggest() {
    const all = info.questions;
    if (all.length === 0) return;
    const shown = Array.from({ length: Math.min(suggestionsShown, all.length) }, (_, i) => all[(suggested + i) % all.length]);
    fill(ideas,
      h('span', { class: 'fine' }, say('Experimente:', 'Try:')),
      shown.map((text) => h('button', { class: 'idea', type: 'button', onclick: () => ((question.value = text), submit()) }, text)),
      all.length > suggestionsShown
        ? h('button', { class: 'icon', type: 'button', 'aria-label': say('Outras perguntas', 'Other questions'), title: say('Outras perguntas', 'Other questions'), onclick: () => ((suggested += suggestionsShown), suggest()) }, '↻')
        : null);
  }

  function welcome() {
    if (turns.length === 0) fill(log, h('p', { class: 'empty' }, say('A conversa aparece aqui.', 'The conversation appears here.')));
  }

  function clear() {
    running?.abort();
    turns.length = 0;
    afterwards.hidden = true;
    welcome();
    question.focus();
  }

  function grow() {
    question.style.height = 'auto';
    question.style.height = `${Math.min(question.scrollHeight + 2, 180)}px`;
  }

  function submit() {
    const text = question.value.trim();
    if (text === '' || running) return;
    if (turns.length === 0) fill(log);
    const turn = { question: text, answers: new Map() };
    turns.push(turn);
    question.value = '';
    grow();
    turn.row = h('div', { class: 'answers' });
    log.append(h('div', { class: 'asked' }, text), turn.row);
    write(turn, 1);
  }

  function regenerate() {
    if (running || turns.length === 0) return;
    const turn = turns.at(-1);
    fill(turn.row);
    turn.answers.clear();
    write(turn, Math.floor(Math.random() * 2 ** 31));
  }

  async function write(turn, seed) {
    running = new AbortController();
    const { signal } = running;
    send.hidden = true;
    stop.hidden = false;
    afterwards.hidden = true;
    const names = models.map((m) => m.name).filter((name) => chosen.has(name));
    turn.row.style.setProperty('--columns', names.length);
    await Promise.all(names.map(async (name) => {
      const answer = begin(name);
      turn.answers.set(name, answer);
      turn.row.append(answer.card);
      answer.card.scrollIntoView({ block: 'nearest' });
      await stream(turn, name, answer, seed, signal);
      draw(answer);
    }));
    running = null;
    send.hidden = false;
    stop.hidden = true;
    afterwards.hidden = false;
    told.textContent = names.map((name) => `${name}: ${turn.answers.get(name).text}`).join(' — ');
    question.focus({ preventScroll: true });
  }

  /** The talk as this model has had it. */
  function messages(turn, name) {
    const talk = system.value.trim() ? [{ role: 'system', content: system.value.trim() }] : [];
    for (const t of turns) {
      talk.push({ role: 'user', content: t.question });
      if (t === turn) break;
      const text = t.answers.get(name)?.text;
      if (text) talk.push({ role: 'assistant', content: text });
      else talk.pop(); // it was not asked then
    }
    return talk;
  }

  async function stream(turn, name, answer, seed, signal) {
    const body = {
      model: name, messages: messages(turn, name), temperature: temperature.value, seed, max_tokens: mostTokens, stream: true, stream_options: { include_usage: true },
      logprobs: true, top_logprobs: topShown, truncation: 'auto',
    };
    const decoder = new TextDecoder();
    try {
      for await (const event of events('v1/chat/completions', body, { signal })) {
        if (event.usage) answer.usage = event.usage;
        const part = event.choices[0];
        if (!part) continue;
        if (part.finish_reason) answer.finish = part.finish_reason;
        if (part.delta.content) answer.text += part.delta.content;
        for (const token of part.logprobs?.content ?? []) answer.body.append(tokenOf(token, decoder, answer.body.textContent === ''));
      }
    } catch (error) {
      if (signal.aborted) answer.finish = 'cancelled';
      else answer.error = error;
    }
    answer.text = answer.text.trim();
    answer.body.append(decoder.decode()); // half a character at the end
  }
}

function begin(name) {
  const stage = stageOf(name);
  const body = h('p', { class: 'said' }), footer = h('p', { class: 'fine' }, h('span', { class: 'typing', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')));
  const card = h('article', { class: 'answer card', 'aria-label': name, style: { '--own': stage.colour }, 'data-model': name },
    h('header', { class: 'row' }, h('span', { class: 'dot' }), h('strong', {}, name), h('span', { class: 'fine' }, stage.what)), body, footer);
  const answer = { name, card, body, footer, text: '', usage: null, finish: null, error: null };
  written.add(answer);
  return answer;
}

const written = new Set();

function drawFooters() {
  for (const answer of written) {
    if (!answer.card.isConnected) written.delete(answer);
    else if (answer.finish || answer.error) draw(answer);
  }
}

/** What the engine says of a finished answer. */
function draw(answer) {
  if (answer.error) return void fill(answer.footer, h('span', { role: 'alert', class: 'wrong' }, explain(answer.error)));
  if (answer.text === '') answer.body.classList.add('nothing');
  const why = {
    stop: pick('terminou por conta própria', 'ended by itself'),
    length: pick('foi cortado: não sabe parar', 'was cut off: it does not know when to stop'),
    cancelled: pick('interrompido', 'stopped'),
  }[answer.finish] ?? '';
  const tokens = answer.usage ? `${count(answer.usage.completion_tokens)} ${pick('tokens', 'tokens')} · ` : '';
  fill(answer.footer, tokens + why);
}

/** A token of an answer, shaded by its probability; what the model would have said else stands in its title. */
function tokenOf({ bytes, logprob, top_logprobs: top }, decoder, first) {
  const p = Math.exp(logprob);
  const others = top.map((t) => `${visible(t.token)} ${percent(Math.exp(t.logprob))}`).join('\n');
  const text = decoder.decode(Uint8Array.from(bytes), { stream: true });
  return h('span', { class: 'spoken', title: `${percent(p)}\n\n${others}`, 'data-p': number(p, 4), style: { '--doubt': `${Math.round(100 * (1 - p))}%` } }, first ? text.trimStart() : text);
}
