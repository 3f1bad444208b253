// Who looks at whom: every layer and head as a heat map; and below it the word with two meanings.

import { post } from '../api.js';
import { heat, heatColours } from '../charts.js';
import { fill, h, settle, svg } from '../dom.js';
import { onLanguage, percent, pick, say } from '../i18n.js';
import { failure, hero, modelChoice, segments, visible } from '../parts.js';
import { mountSenses } from './senses.js';

export function mount(panel, { info }) {
  let model = null, form = 'text', last = null, layer = 0, head = 0, row = null, asked = 0;
  const picker = modelChoice(info, (name) => ((model = name), ask()), { first: true });
  model = picker.select.value;
  const text = h('input', { id: 'attention-text', oninput: settle(350, ask), autocomplete: 'off', spellcheck: 'false' });
  text.value = info.language === 'en' ? 'Ana lives on Flower Street, and the cat of Ana sleeps there.' : 'Ana mora na Rua das Flores, e o gato de Ana dorme ali.';
  const forms = segments(say('Como o texto é lido', 'How the text is read'), [
    { value: 'text', name: say('Como um texto', 'As a text') },
    { value: 'question', name: say('Como uma pergunta', 'As a question') },
  ], (value) => ((form = value), ask()));
  const trouble = h('div', {}), grid = h('div', { class: 'heads' }), large = h('div', { class: 'heat-large' }), words = h('div', { class: 'gaze' });
  const title = h('h3', {});

  panel.append(
    hero(say('Cada palavra olha para as anteriores', 'Every word looks at those before it'), say(
      'A atenção decide, para cada token, de quais tokens anteriores ele tira informação. Cada cabeça faz isso a seu modo: umas olham para o vizinho, outras para o sujeito da frase.',
      'Attention decides, for each token, from which earlier tokens it takes information. Each head does so in its own way: some look at the neighbour, others at the subject of the sentence.')),
    h('div', { class: 'card stack' },
      h('div', { class: 'row' },
        h('div', { class: 'field grow' }, h('label', { for: 'attention-text' }, say('Frase', 'Sentence')), text)),
      h('div', { class: 'row apart' }, forms.element, picker.element),
      trouble,
      h('div', { class: 'attention-grid' },
        h('div', { class: 'stack' }, h('h3', {}, say('Camadas e cabeças', 'Layers and heads')), grid),
        h('div', { class: 'stack' }, title, large, words))));
  mountSenses(panel, info);

  onLanguage(() => last && draw());
  new MutationObserver(() => last && draw()).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => last && draw());
  ask();

  async function ask() {
    const turn = ++asked;
    if (text.value.trim() === '') return;
    try {
      const answer = await post('api/attention', { model, [form]: text.value });
      if (turn !== asked) return;
      last = answer;
      layer = Math.min(layer, answer.weights.length - 1);
      head = Math.min(head, answer.weights[0].length - 1);
      row = answer.tokens.length - 1;
      fill(trouble);
      draw();
    } catch (error) {
      if (turn === asked) fill(trouble, failure(error));
    }
  }

  function draw() {
    const T = last.tokens.length, colours = heatColours(), layers = last.weights.length, heads = last.weights[0].length;
    grid.style.setProperty('--heads', heads);
    fill(grid,
      h('span', {}), Array.from({ length: heads }, (_, i) => h('span', { class: 'fine head-name' }, i + 1)),
      last.weights.map((inLayer, l) => [
        h('span', { class: 'fine layer-name' }, pick(`camada ${l + 1}`, `layer ${l + 1}`)),
        inLayer.map((rows, i) => h('button', {
          class: 'mini', type: 'button', 'aria-pressed': String(l === layer && i === head), 'aria-label': pick(`camada ${l + 1}, cabeça ${i + 1}`, `layer ${l + 1}, head ${i + 1}`), 'data-layer': l, 'data-head': i,
          onclick: () => ((layer = l), (head = i), draw(), grid.querySelector(`[data-layer="${l}"][data-head="${i}"]`).focus()),
        }, heat(h('canvas', { 'aria-hidden': 'true' }), T, (x, y) => (x <= y ? Math.sqrt(rows[y][x]) : null), colours)))]));
    fill(title, pick(`Camada ${layer + 1}, cabeça ${head + 1}`, `Layer ${layer + 1}, head ${head + 1}`));
    drawLarge();
    drawWords();
  }

  function drawLarge() {
    const rows = last.weights[layer][head], T = rows.length, names = last.tokens.map((t) => visible(t.text));
    const longest = Math.max(...names.map((n) => n.length)), label = Math.min(130, 12 + 7.2 * longest), cell = Math.max(9, Math.min(26, 560 / T)), side = cell * T;
    const cells = [];
    for (let y = 0; y < T; y++) {
      for (let x = 0; x <= y; x++) {
        cells.push(svg('rect', {
          x: label + x * cell, y: label + y * cell, width: cell - 1, height: cell - 1, rx: Math.min(3, cell / 5), class: `cell${y === row ? ' here' : ''}`, 'data-weight': rows[y][x],
          style: { '--weight': `${(100 * Math.sqrt(rows[y][x])).toFixed(1)}%` }, onpointerenter: () => look(y),
        }, svg('title', {}, `${names[y]} → ${names[x]}: ${percent(rows[y][x])}`)));
      }
    }
    fill(large, svg('svg', { viewBox: `0 0 ${label + side} ${label + side}`, role: 'img', style: { 'max-width': `${label + side}px` }, 'aria-label': pick('Mapa de calor: cada linha é um token, e mostra para quais anteriores ele olha', 'Heat map: each row is a token and shows which earlier ones it looks at') },
      names.map((n, i) => [
        svg('text', { x: label - 6, y: label + (i + 0.5) * cell, dy: '0.34em', 'text-anchor': 'end', class: `heat-name${i === row ? ' here' : ''}`, 'data-row': i }, n),
        svg('text', { transform: `translate(${label + (i + 0.5) * cell} ${label - 6}) rotate(-90)`, dy: '0.34em', class: 'heat-name' }, n)]),
      cells));
  }

  function look(y) {
    if (y === row) return;
    row = y;
    for (const c of large.querySelectorAll('.here')) c.classList.remove('here');
    large.querySelector(`[data-row="${y}"]`)?.classList.add('here');
    drawWords();
  }

  /** The sentence: choose a word to see from which ones it takes how much. One tab stop, arrows move. */
  function drawWords() {
    const weights = last.weights[layer][head][row], most = Math.max(...weights);
    const buttons = last.tokens.map((t, i) => h('button', {
      type: 'button', role: 'radio', 'aria-checked': String(i === row), tabindex: i === row ? '0' : '-1', class: `token${t.special ? ' special' : ''}${i === row ? ' looking' : ''}`,
      style: i <= row ? { '--weight': `${((100 * weights[i]) / most).toFixed(1)}%` } : { opacity: '0.4' },
      title: i <= row ? percent(weights[i]) : pick('vem depois: não é visto', 'comes later: is not seen'),
      onclick: () => (look(i), drawWords(), words.querySelector('[aria-checked="true"]').focus()),
    }, visible(t.text)));
    const best = weights.map((w, i) => ({ w, i })).sort((a, b) => b.w - a.w).slice(0, 3);
    const focused = words.contains(document.activeElement);
    fill(words,
      h('p', { class: 'fine' }, say('Escolha um token (setas ← →): a cor mostra de quais ele tira informação.', 'Choose a token (arrows ← →): the colour shows from which ones it takes information.')),
      h('div', { class: 'tokens', role: 'radiogroup', 'aria-label': say('Tokens da frase', 'Tokens of the sentence'), onkeydown: step }, buttons),
      h('p', { 'aria-live': 'polite' }, h('strong', {}, visible(last.tokens[row].text)), pick(' olha para ', ' looks at '),
        best.map(({ w, i }, n) => [n ? ', ' : '', h('strong', {}, visible(last.tokens[i].text)), ` (${percent(w)})`])));
    if (focused) words.querySelector('[aria-checked="true"]').focus();
  }

  function step(event) {
    const to = { ArrowRight: row + 1, ArrowDown: row + 1, ArrowLeft: row - 1, ArrowUp: row - 1, Home: 0, End: last.tokens.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    look(Math.max(0, Math.min(last.tokens.length - 1, to)));
  }
}
