// Charts as SVG, drawn by hand at the width that they have.

import { fill, h, svg, uniqueId } from './dom.js';
import { brief, onLanguage, spell } from './i18n.js';

const margin = { top: 14, right: 16, bottom: 40, left: 52 };

/** Draws now, and again whenever the width or the language changes. Returns what draws it anew. */
function lively(host, draw) {
  let width = 0;
  const again = () => {
    const now = Math.round(host.clientWidth);
    if (now > 120) draw((width = now));
  };
  new ResizeObserver(() => Math.round(host.clientWidth) !== width && again()).observe(host);
  onLanguage(again);
  again();
  return again;
}

/** Round numbers between two ends, about so many. */
export function ticks(low, high, about = 5) {
  if (!(high > low)) return [low];
  const raw = (high - low) / about, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const result = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) result.push(+(i * step).toPrecision(12));
  return result;
}

function extent(values) {
  let low = Infinity, high = -Infinity;
  for (const v of values) {
    if (v === null || !Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low > high ? [0, 1] : low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
}

/** Powers of ten between two ends; over few of them, 2 and 5 times as well. */
const powers = (low, high) => {
  const result = [], steps = Math.log10(high / low) > 3 ? [1] : [1, 2, 5];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) result.push(...steps.map((m) => m * 10 ** e));
  return result.filter((v) => v >= low * 0.999 && v <= high * 1.001);
};

/**
 * Lines over a common x. Each series: { name, colour, x, y, faint, dots, dashed }; a null in y is a gap, or, with dots, nothing. Options: xName, yName, xDomain, yDomain, log, height,
 * xTicks, xFormat, label (what a screen reader says), marks: [{ y, name, below }] horizontal lines.
 */
export function lineChart(host, given) {
  let options = given;
  host.classList.add('chart');
  const again = lively(host, (width) => drawLines(host, width, options));
  return {
    update(changes) {
      options = { ...options, ...changes };
      again();
    },
  };
}

function drawLines(host, width, options) {
  const { series, xName, yName, log, height = 260, label, marks = [] } = options;
  const left = yName ? margin.left + 4 : margin.left;
  const inner = { x: left, y: margin.top, w: width - left - margin.right, h: height - margin.top - margin.bottom + (xName ? 0 : 12) };
  const [x0, x1] = options.xDomain ?? extent(series.flatMap((s) => s.x));
  let [y0, y1] = options.yDomain ?? extent(series.flatMap((s) => s.y).filter((v) => !log || v > 0));
  if (!options.yDomain && !log) [y0, y1] = [y0 - 0.06 * (y1 - y0), y1 + 0.06 * (y1 - y0)];
  const scaleY = log ? (v) => Math.log10(v) : (v) => v;
  const atX = (v) => inner.x + (inner.w * (v - x0)) / (x1 - x0 || 1);
  const atY = (v) => inner.y + inner.h * (1 - (scaleY(v) - scaleY(y0)) / (scaleY(y1) - scaleY(y0) || 1));
  const yTicks = log ? powers(y0, y1) : ticks(y0, y1, Math.max(2, inner.h / 46));
  const xTicks = options.xTicks ?? ticks(x0, x1, Math.max(2, inner.w / 90)).map((v) => ({ at: v, text: (options.xFormat ?? brief)(v) }));
  const clip = uniqueId('clip');
  const frame = svg('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img', 'aria-label': spell(label) ?? '' },
    yTicks.map((v) => [
      svg('line', { class: 'grid', x1: inner.x, x2: inner.x + inner.w, y1: atY(v), y2: atY(v) }),
      svg('text', { class: 'tick', x: inner.x - 8, y: atY(v), dy: '0.34em', 'text-anchor': 'end' }, (options.yFormat ?? brief)(v))]),
    svg('line', { class: 'axis', x1: inner.x, x2: inner.x + inner.w, y1: inner.y + inner.h, y2: inner.y + inner.h }),
    xTicks.map((t) => svg('text', { class: 'tick', x: atX(t.at), y: inner.y + inner.h + 18, 'text-anchor': 'middle' }, spell(t.text))),
    xName ? svg('text', { class: 'name', x: inner.x + inner.w, y: height - 4, 'text-anchor': 'end' }, spell(xName)) : null,
    yName ? svg('text', { class: 'name', transform: `translate(12 ${inner.y}) rotate(-90)`, 'text-anchor': 'end' }, spell(yName)) : null,
    marks.map((m) => [
      svg('line', { class: 'cursor', x1: inner.x, x2: inner.x + inner.w, y1: atY(m.y), y2: atY(m.y) }),
      svg('text', { class: 'tick', x: inner.x + inner.w, y: atY(m.y) + (m.below ? 15 : -6), 'text-anchor': 'end' }, spell(m.name))]),
    svg('clipPath', { id: clip }, svg('rect', { x: inner.x - 6, y: inner.y - 6, width: inner.w + 12, height: inner.h + 12 })),
    svg('g', { 'clip-path': `url(#${clip})` }, series.map((s) => curve(s, atX, atY, log, [y0, y1]))));
  const named = series.filter((s) => s.name);
  fill(host,
    named.length > 1 || options.legend ? h('ul', { class: 'legend' }, named.map((s) => h('li', {}, h('i', { style: { '--own': s.colour } }), spell(s.name)))) : null,
    frame);
  follow(host, frame, { inner, series: named, atX, x0, x1, xFormat: options.xFormat ?? brief, yFormat: options.readFormat ?? brief });
}

function curve(s, atX, atY, log, [low, high]) {
  const shown = (v) => v !== null && Number.isFinite(v) && (!log || v > 0);
  const clamp = (v) => Math.min(Math.max(v, low - (log ? 0 : 4 * (high - low))), high + 4 * (high - low));
  let path = '', pen = 'M';
  const dots = [];
  s.x.forEach((x, i) => {
    const y = s.y[i];
    if (!shown(y)) {
      if (!s.dots) pen = 'M';
      return;
    }
    path += `${pen}${atX(x).toFixed(1)} ${atY(clamp(y)).toFixed(1)}`;
    pen = 'L';
    if (s.dots) dots.push(svg('circle', { cx: atX(x), cy: atY(y), r: 3.6, style: { fill: s.colour } }));
  });
  return [svg('path', { class: `line${s.faint ? ' faint' : ''}`, d: path, 'stroke-dasharray': s.dashed ? '5 5' : null, style: { stroke: s.colour } }), dots];
}

/** Under the pointer, the values nearest to it. */
function follow(host, frame, { inner, series, atX, x0, x1, xFormat, yFormat }) {
  const line = svg('line', { class: 'cursor', y1: inner.y, y2: inner.y + inner.h, visibility: 'hidden' });
  const reading = h('div', { class: 'reading', hidden: true });
  frame.append(line);
  host.append(reading);
  frame.addEventListener('pointermove', (event) => {
    const box = frame.getBoundingClientRect();
    const x = x0 + ((x1 - x0) * (event.clientX - box.left - inner.x)) / inner.w;
    const found = series.map((s) => nearest(s, x)).filter(Boolean);
    if (found.length === 0 || x < x0 || x > x1) return hide();
    const at = found.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a)).x;
    line.setAttribute('x1', atX(at));
    line.setAttribute('x2', atX(at));
    line.setAttribute('visibility', 'visible');
    fill(reading, h('strong', {}, xFormat(at)), found.map((f) => h('div', {}, h('span', { style: { color: f.colour } }, '● '), `${spell(f.name)} ${yFormat(f.y)}`)));
    reading.hidden = false;
    const side = atX(at) > box.width / 2;
    reading.style.left = side ? '' : `${atX(at) + 12}px`;
    reading.style.right = side ? `${box.width - atX(at) + 12}px` : '';
    reading.style.top = `${frame.offsetTop + inner.y + 6}px`;
  });
  const hide = () => {
    line.setAttribute('visibility', 'hidden');
    reading.hidden = true;
  };
  frame.addEventListener('pointerleave', hide);
}

function nearest(s, x) {
  let best = null;
  s.x.forEach((at, i) => {
    if (s.y[i] === null || !Number.isFinite(s.y[i])) return;
    if (!best || Math.abs(at - x) < Math.abs(best.x - x)) best = { x: at, y: s.y[i], name: s.name, colour: s.colour };
  });
  return best;
}

/** A moving mean, to see the trend in the noise. */
export function smooth(values, width) {
  const result = [];
  let sum = 0, n = 0;
  const window = [];
  for (const v of values) {
    if (v === null || !Number.isFinite(v)) {
      result.push(null);
      continue;
    }
    window.push(v);
    sum += v;
    n++;
    if (n > width) {
      sum -= window.shift();
      n--;
    }
    result.push(sum / n);
  }
  return result;
}

/** Points in the plane: [{ x, y, colour, title, big, shape }]; equal scales on both axes, domain [low, high] for both. */
export function scatter(host, given) {
  let options = given;
  host.classList.add('chart');
  const again = lively(host, (width) => {
    const { points, domain, label, height = width } = options;
    const side = Math.min(width, height), pad = 12;
    const at = (v) => pad + ((side - 2 * pad) * (v - domain[0])) / (domain[1] - domain[0]);
    const x = (v) => at(v) + (width - side) / 2, y = (v) => side - at(v);
    fill(host, svg('svg', { viewBox: `0 0 ${width} ${side}`, height: side, role: 'img', 'aria-label': spell(label) ?? '' },
      svg('line', { class: 'grid', x1: 0, x2: width, y1: y(0), y2: y(0) }),
      svg('line', { class: 'grid', x1: x(0), x2: x(0), y1: 0, y2: side }),
      points.map((p) => svg('g', { class: 'point', style: { transform: `translate(${x(p.x)}px, ${y(p.y)}px)` } },
        p.big
          ? svg('path', { d: 'M0-9 8 0 0 9-8 0Z', style: { fill: p.colour, stroke: 'var(--surface)', 'stroke-width': '2px' } })
          : svg('circle', { r: 4.6, style: { fill: p.colour, opacity: 0.62 } }),
        svg('title', {}, p.title)))));
  });
  // The points stay the same elements, so that they glide to their new places.
  return {
    update(changes) {
      options = { ...options, ...changes };
      again();
    },
  };
}

/** A square of numbers as an image: heat(canvas, side, at) with at(x, y) from 0 to 1, or null for nothing. */
export function heat(canvas, side, at, [low, high] = heatColours()) {
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d'), image = context.createImageData(side, side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const v = at(x, y), i = 4 * (y * side + x);
      if (v === null || v === undefined) continue;
      for (let c = 0; c < 3; c++) image.data[i + c] = low[c] + (high[c] - low[c]) * Math.min(1, Math.max(0, v));
      image.data[i + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The ends of the heat maps' scale in the page's present colours. */
export function heatColours() {
  const style = getComputedStyle(document.documentElement);
  return ['--heat-0', '--heat-1'].map((name) => channels(style.getPropertyValue(name).trim()));
}

/** #rrggbb as three numbers. */
export const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
