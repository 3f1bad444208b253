// Every text that a person reads stands once, in both languages, where it is used: say('Enviar', 'Send').

const languages = { pt: 'pt-BR', en: 'en' };
const listeners = new Set();
const spoken = new WeakMap(); // element → { attribute or '' for its text: { pt, en } }

let language = remembered();

function remembered() {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem('language');
  return asked in languages ? asked : 'pt';
}

/** A text in both languages, for dom.js. */
export const say = (pt, en) => ({ pt, en });

/** A text in the language of the moment. */
export const pick = (pt, en) => (language === 'en' ? en : pt);

/** The same for what may be a text or a pair. */
export const spell = (text) => (text && typeof text === 'object' && 'pt' in text ? text[language] : text);

export const currentLanguage = () => language;

/** Calls back after the language has changed. */
export function onLanguage(callback) {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

/** Makes an attribute of an element, or with '' its text, follow the language. */
export function speak(element, attribute, text) {
  const texts = spoken.get(element) ?? {};
  texts[attribute] = text;
  spoken.set(element, texts);
  element.setAttribute('data-say', '');
  apply(element, attribute, text);
}

function apply(element, attribute, text) {
  if (attribute === '') element.textContent = text[language];
  else element.setAttribute(attribute, text[language]);
}

export function setLanguage(next) {
  if (!(next in languages)) return;
  language = next;
  localStorage.setItem('language', next);
  document.documentElement.lang = languages[next];
  for (const element of document.querySelectorAll('[data-say]')) {
    for (const [attribute, text] of Object.entries(spoken.get(element) ?? {})) apply(element, attribute, text);
  }
  for (const listener of listeners) listener();
}

/** A number with so many digits after the point. */
export function number(value, digits = 2) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  return new Intl.NumberFormat(languages[language], { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A number with about three digits that count, whatever its size: 0,0021; 3,5 mil is not for axes. */
export function brief(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa, exponent] = value.toExponential(1).split('e');
    return `${number(+mantissa, mantissa.endsWith('.0') ? 0 : 1)}·10${raised(+exponent)}`;
  }
  return new Intl.NumberFormat(languages[language], { maximumSignificantDigits: size >= 1000 ? 4 : 3 }).format(value);
}

const raised = (n) => String(n).replace(/[-0-9]/g, (c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[+c]));

/** A share as percent. */
export const percent = (share, digits = 1) => `${number(100 * share, digits)}${pick('\u202f', '')}%`;

/** A whole number with its thousands apart. */
export const count = (value) => number(value, 0);

/** Seconds as 3 min 20 s. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 60) return `${number(seconds, seconds < 10 ? 1 : 0)}\u202fs`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}\u202fmin ${Math.round(seconds % 60)}\u202fs` : `${Math.floor(minutes / 60)}\u202fh ${minutes % 60}\u202fmin`;
}

document.documentElement.lang = languages[language];
