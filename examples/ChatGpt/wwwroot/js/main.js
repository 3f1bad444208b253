import { get } from './api.js';
import { h } from './dom.js';
import { currentLanguage, onLanguage, pick, say, setLanguage } from './i18n.js';
import { failure } from './parts.js';
import * as attention from './tabs/attention.js';
import * as chat from './tabs/chat.js';
import * as lesson from './tabs/lesson.js';
import * as next from './tabs/next.js';
import * as rank from './tabs/rank.js';
import * as train from './tabs/train.js';

const tabs = [
  { id: 'chat', name: say('Conversar', 'Chat'), module: chat },
  { id: 'next', name: say('Próximo token', 'Next token'), module: next },
  { id: 'attention', name: say('Atenção', 'Attention'), module: attention },
  { id: 'train', name: say('Treinar', 'Train'), module: train },
  { id: 'rank', name: say('Ranquear', 'Rank'), module: rank },
  { id: 'lesson', name: say('Aula', 'Lesson'), module: lesson },
];

let info = null;

function shell() {
  const list = h('div', { role: 'tablist', class: 'tabs', 'aria-label': say('Seções', 'Sections'), onkeydown: move });
  const main = h('main', { id: 'main' });
  for (const tab of tabs) {
    tab.button = h('button', { role: 'tab', id: `tab-${tab.id}`, 'aria-controls': `panel-${tab.id}`, tabindex: '-1', onclick: () => show(tab) }, tab.name);
    tab.panel = h('section', { role: 'tabpanel', id: `panel-${tab.id}`, 'aria-labelledby': `tab-${tab.id}`, tabindex: '0', hidden: true });
    list.append(tab.button);
    main.append(tab.panel);
  }
  document.body.append(
    h('a', { class: 'skip', href: '#main' }, say('Pular para o conteúdo', 'Skip to the content')),
    h('header', { class: 'top' },
      h('div', { class: 'top-inner' },
        h('div', { class: 'brand' }, h('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }), h('span', {}, 'TensorCore')),
        list,
        h('div', { class: 'switches' }, languageSwitch(), themeSwitch()))),
    main,
    h('footer', { class: 'foot' }, h('p', {}, say(
      'Cada número desta página sai do motor TensorCore, na sua máquina. Nada vai para a rede.',
      'Every number on this page comes from the TensorCore engine, on your machine. Nothing goes to the network.'))));
}

function languageSwitch() {
  const button = (code, label, name) => h('button', { lang: code, 'data-code': code, 'aria-label': name, onclick: () => setLanguage(code) }, label);
  const group = h('div', { class: 'segments small', role: 'group', 'aria-label': say('Língua', 'Language') }, button('pt', 'PT', 'Português'), button('en', 'EN', 'English'));
  const mark = () => {
    for (const b of group.children) b.setAttribute('aria-pressed', b.dataset.code === currentLanguage());
    document.title = pick('TensorCore: de um GPT a um ChatGPT', 'TensorCore: from a GPT to a ChatGPT');
  };
  onLanguage(mark);
  mark();
  return group;
}

const themes = {
  auto: { sign: '◐', name: say('Aparência: como o sistema', 'Appearance: as the system') },
  light: { sign: '☀', name: say('Aparência: clara', 'Appearance: light') },
  dark: { sign: '☾', name: say('Aparência: escura', 'Appearance: dark') },
};

function themeSwitch() {
  const holder = h('span', {});
  const apply = (theme) => {
    localStorage.setItem('theme', theme);
    document.documentElement.dataset.theme = theme;
    const names = Object.keys(themes), following = names[(names.indexOf(theme) + 1) % names.length];
    const focused = holder.contains(document.activeElement);
    holder.replaceChildren(h('button', { class: 'icon', 'aria-label': themes[theme].name, title: themes[theme].name, onclick: () => apply(following) }, themes[theme].sign));
    if (focused) holder.firstChild.focus();
  };
  const asked = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem('theme');
  apply(asked in themes ? asked : 'auto');
  return holder;
}

/** Arrows go from tab to tab, Home and End to the first and the last (WAI-ARIA's pattern for tabs). */
function move(event) {
  const at = tabs.findIndex((t) => t.button === document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  tab.button.focus();
  show(tab);
}

function show(tab, { remember = true } = {}) {
  for (const t of tabs) {
    const chosen = t === tab;
    t.button.setAttribute('aria-selected', chosen);
    t.button.tabIndex = chosen ? 0 : -1;
    t.panel.hidden = !chosen;
    if (!chosen) t.module.leave?.();
  }
  tab.button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (remember) history.replaceState(null, '', `#${tab.id}`);
  if (!info) return;
  if (!tab.mounted) {
    tab.mounted = true;
    tab.module.mount(tab.panel, { info, open: (id) => show(tabs.find((t) => t.id === id)) });
  }
  tab.module.enter?.();
}

const fromHash = () => tabs.find((t) => `#${t.id}` === location.hash) ?? tabs[0];

shell();
show(fromHash(), { remember: false });
addEventListener('hashchange', () => location.hash !== '#main' && show(fromHash(), { remember: false }));
try {
  info = await get('api/info');
  show(tabs.find((t) => !t.panel.hidden), { remember: false });
} catch (error) {
  tabs.find((t) => !t.panel.hidden).panel.append(failure(error));
}
