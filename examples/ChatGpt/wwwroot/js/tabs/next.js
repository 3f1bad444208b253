// The distribution that the next token is drawn from, and what temperature, top-k and top-p do to it.

import { post } from '../api.js';
import { fill, h, settle } from '../dom.js';
import { count, number, onLanguage, percent, pick, say } from '../i18n.js';
import { chip, failure, hero, modelChoice, segments, slider, visible } from '../parts.js';

const shown = 14, pause = 320;

export function mount(panel, { info }) {
  let model = null, form = 'text', ids = null, last = null, asked = 0, writing = false;
  const picker = modelChoice(info, (name) => ((model = name), begin()), { first: true });
  model = picker.select.value;

  const text = h('input', { id: 'next-text', oninput: settle(200, begin), autocomplete: 'off', spellcheck: 'false' });
  text.value = info.language === 'en' ? 'Ana lives' : 'Ana mora';
  const forms = segments(say('Como o texto é lido', 'How the text is read'), [
    { value: 'text', name: say('Como um texto', 'As a text') },
    { value: 'question', name: say('Como uma pergunta', 'As a question') },
  ], (value) => ((form = value), begin()));

  const temperature = slider({ name: say('Temperatura', 'Temperature'), min: 0, max: 2, step: 0.02, value: 1, onchange: refresh, hint: say('divide as notas antes da softmax: perto de 0 só sobra a maior, acima de 1 todas se parecem', 'divides the scores before the softmax: near 0 only the largest is left, above 1 all become alike') });
  const topK = slider({ name: say('Top-k', 'Top-k'), min: 0, max: 50, step: 1, value: 0, format: (v) => (v === 0 ? pick('todos', 'all') : count(v)), onchange: refresh, hint: say('só os k mais prováveis', 'only the k likeliest') });
  const topP = slider({ name: say('Top-p', 'Top-p'), min: 0.05, max: 1, step: 0.01, value: 1, format: (v) => (v === 1 ? pick('todos', 'all') : number(v, 2)), onchange: refresh, hint: say('só os mais prováveis que, juntos, chegam a p', 'only the likeliest that reach p together') });

  const tokens = h('div', { class: 'tokens reading-line', 'aria-label': say('O que o modelo leu', 'What the model has read') });
  const bars = h('ol', { class: 'bars', 'aria-label': say('Próximos tokens, do mais ao menos provável', 'Next tokens, from the likeliest down') });
  const facts = h('div', { class: 'facts' });
  const trouble = h('div', {});
  const play = h('button', { class: 'quiet', type: 'button', onclick: () => (writing ? (writing = false) : write()) }, say('Escrever sozinho', 'Write by itself'));

  panel.append(
    hero(say('Que palavra vem agora?', 'Which word comes next?'), say(
      'É tudo o que um modelo de linguagem faz: dar a cada token uma nota, transformar as notas em probabilidades e sortear um. Depois começa de novo.',
      'It is all that a language model does: give every token a score, turn the scores into probabilities, and draw one. Then it begins anew.')),
    h('div', { class: 'next-grid' },
      h('div', { class: 'stack' },
        h('div', { class: 'card stack' },
          h('div', { class: 'field' }, h('label', { for: 'next-text' }, say('Começo', 'Beginning')), text),
          h('div', { class: 'row apart' }, forms.element, picker.element),
          tokens,
          h('div', { class: 'row' },
            h('button', { class: 'main', type: 'button', onclick: () => draw() }, say('Sortear um', 'Draw one')),
            play,
            h('button', { class: 'quiet', type: 'button', onclick: undo }, say('Apagar um', 'Remove one')),
            h('button', { class: 'quiet', type: 'button', onclick: begin }, say('Recomeçar', 'Start over')))),
        h('div', { class: 'card stack' }, temperature.element, topK.element, topP.element)),
      h('div', { class: 'card stack' },
        h('div', { class: 'row apart' }, h('h2', {}, say('Próximo token', 'Next token')), h('span', { class: 'fine' }, say('clique num deles para continuar', 'click one to go on with it'))),
        trouble, bars, facts)));
  onLanguage(() => last && show(last));
  begin();

  function begin() {
    writing = false;
    ids = null;
    return ask();
  }

  function refresh() {
    return ask();
  }

  function reading() {
    return ids ? { tokens: ids } : form === 'question' ? { question: text.value } : { text: text.value };
  }

  async function ask(more = {}) {
    const number = ++asked;
    try {
      const answer = await post('api/next', { model, ...reading(), temperature: temperature.value, top_k: topK.value, top_p: topP.value, count: shown, ...more });
      if (number !== asked) return null; // a later one is on its way
      fill(trouble);
      ids = answer.tokens.map((t) => t.id);
      show(answer);
      return answer;
    } catch (error) {
      if (number === asked) fill(trouble, failure(error));
      writing = false;
      return null;
    }
  }

  async function draw() {
    const answer = await ask({ seed: Math.floor(Math.random() * 2 ** 31) });
    if (answer?.drawn) await go(answer.drawn);
    return answer?.drawn;
  }

  async function go(token) {
    bars.querySelector(`[data-id="${token.id}"]`)?.classList.add('drawn');
    await new Promise((resolve) => setTimeout(resolve, writing ? pause / 2 : pause));
    ids = [...ids, token.id];
    await ask();
  }

  async function write() {
    writing = true;
    fill(play, say('Parar', 'Stop'));
    for (let n = 0; n < 60 && writing && panel.isConnected && !panel.hidden; n++) {
      const token = await draw();
      if (!token || token.special) break;
      await new Promise((resolve) => setTimeout(resolve, pause / 2));
    }
    writing = false;
    fill(play, say('Escrever sozinho', 'Write by itself'));
  }

  function undo() {
    writing = false;
    if (ids && ids.length > 1) {
      ids = ids.slice(0, -1);
      ask();
    }
  }

  function show(answer) {
    last = answer;
    topK.limit(Math.min(50, answer.others.count + answer.candidates.length));
    fill(tokens, answer.tokens.map((t) => chip(t, { title: `id ${t.id}` })), h('span', { class: 'caret', 'aria-hidden': 'true' }));
    const most = Math.max(...answer.candidates.map((c) => Math.max(c.p, c.raw)), answer.others.p, 0.01);
    fill(bars,
      answer.candidates.map((c) => bar(visible(c.text), c, most, { special: c.special, onclick: () => go(c) })),
      answer.others.count > 0 ? bar(pick(`outros ${count(answer.others.count)}`, `${count(answer.others.count)} others`), answer.others, most, { rest: true }) : null);
    const effective = 2 ** answer.entropy;
    fill(facts,
      fact(say('Tokens possíveis', 'Possible tokens'), count(answer.possible), 'possible'),
      fact(say('Entropia', 'Entropy'), `${number(answer.entropy, 2)} bits`, 'entropy'),
      fact(say('É como sortear entre', 'It is like drawing among'), number(effective, effective < 10 ? 1 : 0), 'effective'),
      fact(say('Contexto usado', 'Context used'), `${count(answer.tokens.length)} / ${count(answer.context)}`, 'context'));
  }

  function bar(name, { p, raw, id }, most, { special, rest, onclick } = {}) {
    const inside = [
      h('span', { class: `bar-name${special ? ' special' : ''}` }, name),
      h('span', { class: 'bar-track', 'aria-hidden': 'true' },
        h('span', { class: 'bar-fill', style: { width: `${(100 * p) / most}%` } }),
        h('span', { class: 'bar-raw', title: pick(`sem ajustes: ${percent(raw)}`, `without settings: ${percent(raw)}`), style: { left: `${(100 * raw) / most}%` } })),
      h('span', { class: 'bar-value', 'data-p': p }, percent(p, p > 0 && p < 0.001 ? 3 : 1))];
    return h('li', { class: `bar${p === 0 ? ' cut' : ''}${rest ? ' rest' : ''}` }, rest
      ? h('div', { class: 'bar-row' }, inside)
      : h('button', { class: 'bar-row', type: 'button', 'data-id': id, onclick, 'aria-label': `${name}, ${percent(p)}` }, inside));
  }
}

const fact = (name, value, key) => h('div', { class: 'fact' }, h('span', { class: 'fine' }, name), h('strong', { 'data-fact': key }, value));
