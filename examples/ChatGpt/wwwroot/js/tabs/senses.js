// One word, two meanings: the vector of the word in two sentences, on its way through the layers.

import { get, post } from '../api.js';
import { lineChart, scatter } from '../charts.js';
import { calm, fill, h, settle } from '../dom.js';
import { number, onLanguage, percent, pick, say } from '../i18n.js';
import { choice, failure, modelChoice, slider, waiting } from '../parts.js';

const colours = ['var(--base)', 'var(--ppo)'], stepTime = 900;

export async function mountSenses(panel, info) {
  let model = null, words = [], last = null, depth = 0, asked = 0, playing = 0;
  const picker = modelChoice(info, (name) => ((model = name), ask()), { first: true });
  model = picker.select.value;
  const word = choice(say('Palavra', 'Word'), [], (value) => (take(value), ask()));
  const inputs = [0, 1].map((i) => h('input', { id: `sense-${i}`, oninput: settle(600, ask), spellcheck: 'false', autocomplete: 'off' }));
  const trouble = h('div', { 'aria-live': 'polite' }), results = h('div', { class: 'stack wide', hidden: true });
  const depths = slider({ name: say('Profundidade', 'Depth'), min: 0, max: 1, step: 1, value: 0, format: depthName, onchange: (d) => go(d) });
  const play = h('button', { class: 'quiet small', type: 'button', onclick: () => (playing ? pause() : run()) }, say('▶ Atravessar as camadas', '▶ Go through the layers'));
  const map = h('div', { class: 'sense-map' }), neighbours = h('div', { class: 'halves' }), legend = h('ul', { class: 'legend' });
  const between = h('div', {}), towards = h('div', {}), probe = h('div', {}), told = h('p', { class: 'lead', 'aria-live': 'polite' });

  panel.append(h('section', { class: 'card stack wide senses' },
    h('div', {},
      h('h2', {}, say('A palavra com dois sentidos', 'The word with two meanings')),
      h('p', { class: 'soft' }, say(
        'Na tabela de tokens, uma palavra tem um só vetor. Camada após camada, a atenção mistura nele o resto da frase, até que o mesmo “modelo” aponte para lados diferentes.',
        'In the token table a word has one vector only. Layer by layer, attention mixes the rest of the sentence into it, until the same “model” points to different sides.'))),
    h('div', { class: 'row' }, word.element, picker.element),
    h('div', { class: 'columns' }, inputs.map((input, i) => h('div', { class: 'field', style: { '--own': colours[i] } }, h('label', { for: input.id }, h('span', { class: 'dot inline' }), i === 0 ? say('Primeira frase', 'First sentence') : say('Segunda frase', 'Second sentence')), input))),
    trouble, results));
  fill(results,
    h('div', { class: 'sense-stage' },
      h('div', { class: 'stack' },
        h('div', {}, h('h3', {}, say('Onde a palavra está', 'Where the word is')),
          h('p', { class: 'fine' }, say('Cada ponto é a palavra em uma frase do mundinho; os losangos são as suas duas frases. A projeção usa as direções em que os pontos mais diferem (PCA).', 'Each point is the word in a sentence of the small world; the diamonds are your two sentences. The projection takes the directions in which the points differ most (PCA).'))),
        legend, map),
      h('div', { class: 'stack' }, h('div', { class: 'row apart' }, h('div', { class: 'grow' }, depths.element), play), told,
        h('h3', {}, say('Palavras mais próximas aqui', 'Nearest words here')), neighbours)),
    h('div', { class: 'columns' },
      h('div', { class: 'stack' }, h('h3', {}, say('Cosseno entre os dois vetores', 'Cosine between the two vectors')), between),
      h('div', { class: 'stack' }, h('h3', {}, say('Para que sentido cada um aponta', 'Which sense each points to')), towards),
      h('div', { class: 'stack' }, h('h3', {}, say('Um corte reto separa os sentidos?', 'Does a straight cut tell the senses apart?')), probe)));
  onLanguage(() => last && draw());
  const charts = {};

  try {
    words = (await get('api/senses')).words;
    fill(word.select, words.map((w) => h('option', { value: w.word }, w.word)));
    take(words[0].word);
    await ask();
  } catch (error) {
    fill(trouble, failure(error));
  }

  function take(value) {
    const chosen = words.find((w) => w.word === value);
    word.select.value = value;
    inputs.forEach((input, i) => (input.value = chosen.sentences[i]));
  }

  async function ask() {
    const turn = ++asked;
    pause();
    if (!last) fill(trouble, waiting(say('Lendo algumas centenas de frases com o modelo…', 'Reading some hundreds of sentences with the model…')));
    try {
      const answer = await post('api/senses', { model, word: word.select.value, sentences: inputs.map((i) => i.value) });
      if (turn !== asked) return;
      last = answer;
      fill(trouble);
      results.hidden = false;
      depths.limit(answer.depths - 1);
      depth = depths.value = answer.depths - 1;
      draw();
    } catch (error) {
      if (turn === asked) fill(trouble, failure(error));
    }
  }

  function depthName(d) {
    return d === 0 ? pick('tabela', 'table') : pick(`camada ${d}`, `layer ${d}`);
  }

  function go(d) {
    depth = d;
    drawDepth();
  }

  function run() {
    depths.value = 0;
    go(0);
    fill(play, say('❚❚ Parar', '❚❚ Stop'));
    playing = setInterval(() => {
      if (depth >= last.depths - 1 || panel.hidden) return pause();
      depths.value = depth + 1;
      go(depth + 1);
    }, calm() ? 2 * stepTime : stepTime);
  }

  function pause() {
    clearInterval(playing);
    playing = 0;
    fill(play, say('▶ Atravessar as camadas', '▶ Go through the layers'));
  }

  function draw() {
    const x = Array.from({ length: last.depths }, (_, d) => d), xTicks = x.map((d) => ({ at: d, text: d === 0 ? pick('tabela', 'table') : d }));
    const common = { xTicks, xName: say('camada', 'layer'), xFormat: depthName, height: 220 };
    lines('between', between, { ...common, yDomain: [Math.min(0, ...last.cosine), 1], legend: false, label: say('Cosseno entre os dois vetores por camada', 'Cosine between the two vectors by layer'), series: [{ name: say('cosseno', 'cosine'), colour: 'var(--accent)', x, y: last.cosine, dots: true }] });
    // What the word has in common in all sentences is taken away, so the two senses lie opposite each other: one axis shows both.
    lines('towards', towards, {
      ...common, yDomain: [-1, 1], label: say('Cosseno de cada frase para os dois sentidos, por camada', 'Cosine of each sentence to the two senses, by layer'),
      marks: [{ y: 0, name: '' }, { y: 1, name: `↑ ${last.senses[1]}`, below: true }, { y: -1, name: `↓ ${last.senses[0]}` }],
      series: last.sentences.map((s, i) => ({ name: i === 0 ? say('primeira frase', 'first sentence') : say('segunda frase', 'second sentence'), colour: colours[i], x, y: s.to_sense[1], dots: true })),
    });
    lines('probe', probe, {
      ...common, yDomain: [0, 1], yFormat: (v) => percent(v, 0), readFormat: (v) => percent(v, 1), marks: [{ y: 0.5, name: say('cara ou coroa', 'heads or tails') }],
      label: say('Acerto de uma sonda linear em frases que ela não viu, por camada', 'Accuracy of a linear probe on sentences that it has not seen, by layer'),
      series: [{ name: say(`acerto em ${last.probe.held_out} frases novas`, `accuracy on ${last.probe.held_out} new sentences`), colour: 'var(--sft)', x, y: last.probe.accuracy, dots: true }], legend: true,
    });
    fill(legend, last.senses.map((s, i) => h('li', {}, h('span', { class: 'dot', style: { '--own': colours[i] } }), s)));
    drawDepth();
  }

  function lines(key, host, options) {
    if (charts[key]) charts[key].update(options);
    else charts[key] = lineChart(host, options);
  }

  function drawDepth() {
    const points = [
      ...last.map.map((p) => ({ x: p.places[depth][0], y: p.places[depth][1], colour: colours[p.sense], title: p.text })),
      ...last.sentences.map((s, i) => ({ x: s.places[depth][0], y: s.places[depth][1], colour: colours[i], title: s.text, big: true })),
    ];
    const reach = 1.08 * Math.max(0.05, ...last.map.flatMap((p) => p.places.flat().map(Math.abs)), ...last.sentences.flatMap((s) => s.places.flat().map(Math.abs)));
    const options = { points, domain: [-reach, reach], height: 380, label: say(`Mapa dos usos de ${last.word}`, `Map of the uses of ${last.word}`) };
    if (charts.map) charts.map.update(options);
    else charts.map = scatter(map, options);
    const cosine = last.cosine[depth];
    fill(told, depth === 0
      ? pick(`Na tabela, “${last.word}” é o mesmo vetor nas duas frases: cosseno `, `In the table, “${last.word}” is the same vector in both sentences: cosine `)
      : pick(`Depois da camada ${depth}, o cosseno entre os dois é `, `After layer ${depth}, the cosine between the two is `), h('strong', { 'data-cosine': cosine }, number(cosine, 3)), '.');
    fill(neighbours, last.sentences.map((s, i) => h('div', { class: 'near', style: { '--own': colours[i] } },
      h('p', { class: 'fine marked' }, sentence(s)),
      h('p', { class: 'fine' }, verdict(s.probe[depth])),
      h('ol', {}, s.neighbours[depth].map((n) => h('li', {}, h('span', {}, n.word), h('span', { class: 'number soft', 'data-cosine': n.cosine }, number(n.cosine, 2))))))));
  }

  /** What the probe takes the word for. */
  function verdict(second) {
    if (depth === 0) return pick('a sonda não sabe', 'the probe does not know');
    const s = second > 0.5 ? 1 : 0;
    return [pick('a sonda diz: ', 'the probe says: '), h('span', { class: 'pill', style: { '--own': colours[s] } }, last.senses[s]), ` ${percent(s ? second : 1 - second)}`];
  }

  function sentence(s) {
    return s.tokens.map((t, i) => (s.pieces.includes(i) ? h('mark', {}, t.text) : t.text));
  }
}
