// The activation functions with their slopes; a perceptron on logic gates; and XOR with one hidden layer.

import { get, post } from '../api.js';
import { heat, lineChart } from '../charts.js';
import { fill, h, svg } from '../dom.js';
import { number, onLanguage, pick, say } from '../i18n.js';
import { failure, redrawn, segments } from '../parts.js';
import { experiment } from './curves.js';

const names = { step: say('degrau', 'step'), sigmoid: say('sigmoide', 'sigmoid'), tanh: say('tanh', 'tanh'), relu: say('ReLU', 'ReLU'), gelu: say('GELU', 'GELU'), silu: say('SiLU', 'SiLU') };
const stepTime = 700, from = -0.5, to = 1.5, side = 240;

export async function mount(host) {
  const functions = h('div', { class: 'stack' }), gates = h('div', { class: 'stack' });
  host.append(functions, h('div', { class: 'halves' },
    h('div', { class: 'stack' }, h('h3', {}, say('Um neurônio só', 'One neuron alone')), gates),
    h('div', { class: 'stack' }, h('h3', {}, say('XOR com dois neurônios ocultos', 'XOR with two hidden neurons')), experiment(say('Treinar', 'Train'), 'api/lesson/xor', xor))));
  perceptron(gates);
  try {
    curves(functions, await get('api/lesson/activations'));
  } catch (error) {
    fill(functions, failure(error));
  }
}

function curves(place, { x, functions }) {
  const chart = h('div', {});
  const options = (name) => {
    const f = functions.find((g) => g.name === name);
    return {
      height: 230, xName: 'x', yDomain: [Math.min(-0.25, ...f.y) - 0.05, Math.max(1.25, ...f.y)], label: names[name],
      series: [{ name: say('f(x)', 'f(x)'), colour: 'var(--accent)', x, y: f.y }, { name: say('inclinação f′(x)', 'slope f′(x)'), colour: 'var(--base)', x, y: f.slope, dashed: true }],
    };
  };
  const chosen = segments(say('Função de ativação', 'Activation function'), functions.map((f) => ({ value: f.name, name: names[f.name] })), (name) => drawn.update(options(name)), 'sigmoid');
  place.append(chosen.element, chart);
  const drawn = lineChart(chart, options('sigmoid'));
}

/** The decision line after each correction. */
function perceptron(place) {
  const picture = h('div', {}), told = h('p', { class: 'soft', 'aria-live': 'polite' });
  let timer = 0, shown = null;
  const gate = segments(say('Porta', 'Gate'), ['and', 'or', 'xor'].map((g) => ({ value: g, name: g.toUpperCase() })), run, 'and');
  place.append(h('div', { class: 'row' }, gate.element), picture, told);
  onLanguage(() => shown && draw());
  run('and');

  async function run(name) {
    clearInterval(timer);
    try {
      const answer = await post('api/lesson/perceptron', { gate: name });
      const lines = answer.epochs.flatMap((lines, epoch) => lines.map((line) => ({ line, epoch })));
      shown = { answer, lines, at: 0 };
      draw();
      timer = setInterval(() => (shown.at < lines.length - 1 && place.isConnected ? (shown.at++, draw()) : clearInterval(timer)), stepTime);
    } catch (error) {
      fill(told, failure(error));
    }
  }

  function draw() {
    const { answer, lines, at } = shown, { line, epoch } = lines[at] ?? { line: answer.line, epoch: 0 };
    fill(picture, plane(answer.outputs, svg('polygon', { points: halfPlane(line), class: 'side' })));
    const last = at >= lines.length - 1;
    fill(told, !last ? pick(`Correção ${at + 1}, passada ${epoch + 1}`, `Correction ${at + 1}, pass ${epoch + 1}`)
      : answer.converged ? pick(`Pronto: ${lines.length} correções, e nenhum erro mais.`, `Done: ${lines.length} corrections, and no mistake left.`)
        : pick(`Nunca termina: nenhuma reta separa os pontos${answer.repeats ? `, e os mesmos pesos voltam a cada ${answer.repeats === 1 ? 'passada' : `${answer.repeats} passadas`}` : ''}.`, `It never ends: no line separates the points${answer.repeats ? `, and the same weights come back every ${answer.repeats === 1 ? 'pass' : `${answer.repeats} passes`}` : ''}.`));
  }
}

const pixel = (v) => (side * (v - from)) / (to - from);

/** The unit square's corners with their outputs, over a background. */
function plane(outputs, background, label = say('Os quatro casos e a reta do neurônio', 'The four cases and the neuron’s line')) {
  return svg('svg', { viewBox: `0 0 ${side} ${side}`, class: 'plane', role: 'img', 'aria-label': label }, background,
    outputs.map((o, i) => svg('g', {}, svg('circle', { cx: pixel(i >> 1), cy: side - pixel(i & 1), r: 13, class: o ? 'yes' : 'no' }), svg('text', { x: pixel(i >> 1), y: side - pixel(i & 1), dy: '0.36em', 'text-anchor': 'middle', class: o ? 'yes' : 'no' }, o))));
}

/** The corners of the part of the square where w₁x + w₂y + b > 0. */
function halfPlane({ w1, w2, b }) {
  const corners = [[from, from], [to, from], [to, to], [from, to]], f = ([x, y]) => w1 * x + w2 * y + b, inside = [];
  corners.forEach((p, i) => {
    const q = corners[(i + 1) % 4], a = f(p), c = f(q);
    if (a > 0) inside.push(p);
    if (a > 0 !== c > 0) inside.push([p[0] + ((q[0] - p[0]) * a) / (a - c), p[1] + ((q[1] - p[1]) * a) / (a - c)]);
  });
  return inside.map(([x, y]) => `${pixel(x).toFixed(1)},${(side - pixel(y)).toFixed(1)}`).join(' ');
}

function xor(place, answer) {
  const canvas = h('canvas', { class: 'surface', 'aria-hidden': 'true' }), told = h('p', { class: 'soft' });
  const paint = () => heat(canvas, answer.side, (x, y) => answer.surface[(answer.side - 1 - y) * answer.side + x]);
  paint();
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  place.append(h('div', { class: 'layers' }, canvas, plane([0, 1, 1, 0], [], say('Onde a rede responde sim', 'Where the network says yes'))), told);
  redrawn(told, () => [pick('Respostas para 00, 01, 10, 11: ', 'Answers for 00, 01, 10, 11: '), answer.answers.map((a, i) => [i ? ' · ' : '', h('strong', { 'data-answer': a }, number(a, 2))]),
    answer.stuck.length ? pick(` (${answer.stuck.length} começos ficaram presos antes)`, ` (${answer.stuck.length} starts got stuck before)`) : '']);
}
