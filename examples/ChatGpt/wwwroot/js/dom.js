import { speak } from './i18n.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with its attributes and children: h('button', { class: 'quiet', onclick: stop }, say('Parar', 'Stop')). A text in two languages, as child or as attribute, follows
 * the language. Properties that begin with "on" are listeners.
 */
export function h(tag, properties = {}, ...children) {
  return build(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function svg(tag, properties = {}, ...children) {
  return build(document.createElementNS(SVG, tag), properties, children);
}

function build(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
    else if (name === 'value' && 'value' in element) element.value = value;
    else if (isSpoken(value)) speak(element, name, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  const list = children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false);
  if (list.length === 1 && isSpoken(list[0])) speak(element, '', list[0]);
  else element.append(...list.map(node));
  return element;
}

function node(child) {
  if (child instanceof Node) return child;
  if (!isSpoken(child)) return document.createTextNode(String(child));
  const span = document.createElement('span');
  speak(span, '', child);
  return span;
}

const isSpoken = (value) => value !== null && typeof value === 'object' && 'pt' in value && 'en' in value;

/** Empties an element and fills it anew. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false).map(node));
  return element;
}

let last = 0;

/** An id that no other element has. */
export const uniqueId = (prefix) => `${prefix}-${++last}`;

/** Calls back a little after the last of several calls. */
export function settle(milliseconds, callback) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => callback(...values), milliseconds);
  };
}

/** Whether movement should be spared. */
export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
