/** The program of a flame graph's page, for a browser: draws on a canvas what is wide enough to be seen, from the columns of the layout. */
export const FLAME_SCRIPT = `'use strict';
const { names, name, depth, start, total, self, objects, change } = JSON.parse(document.getElementById('data').textContent);
const ROW = 18;
const LEAST = 0.5;
const canvas = document.getElementById('flame');
const context = canvas.getContext('2d');
const said = document.getElementById('said');
const found = document.getElementById('found');
const search = document.getElementById('search');
const deepest = depth.reduce((most, each) => Math.max(most, each), 0);
const colours = names.map(colourOf);
let zoomed = 0;
let matches = null;
let boxes = [];
let width = 0;
let isAsked = false;

function colourOf(text) {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.codePointAt(0)) % 997;
  const isOwn = text.includes('(') && !text.includes('(node:');
  return isOwn ? 'hsl(' + (15 + (hash % 40)) + ' 75% ' + (66 + (hash % 9)) + '%)' : 'hsl(' + (195 + (hash % 35)) + ' 45% ' + (70 + (hash % 9)) + '%)';
}
function changeColour(i) {
  const share = (change.now[i] - change.before[i]) / Math.max(change.now[i], change.before[i], 1);
  const strength = Math.min(1, Math.abs(share));
  if (strength < 0.01) return 'hsl(210 8% 84%)';
  return 'hsl(' + (share > 0 ? 8 : 212) + ' 75% ' + Math.round(88 - 32 * strength) + '%)';
}
function signed(bytes) {
  return (bytes > 0 ? '+' : bytes < 0 ? '-' : '') + size(Math.abs(bytes));
}
function size(bytes) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 1023.5 && unit < 4) { bytes /= 1024; unit++; }
  return (unit === 0 || bytes >= 99.5 ? Math.round(bytes) : bytes.toFixed(1)) + ' ' + units[unit];
}
function ask() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => { isAsked = false; draw(); });
}
function draw() {
  const ratio = window.devicePixelRatio || 1;
  width = canvas.clientWidth;
  const height = (deepest + 1) * ROW;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = height + 'px';
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = '12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const from = start[zoomed];
  const scale = width / (total[zoomed] || 1);
  boxes = [];
  for (let i = 0; i < name.length; i++) {
    const left = Math.max(0, (start[i] - from) * scale);
    const right = Math.min(width, (start[i] + total[i] - from) * scale);
    if (right - left < LEAST) continue;
    const top = depth[i] * ROW;
    boxes.push([left, top, right - left, i]);
    context.fillStyle = matches && matches[name[i]] ? '#a05bd6' : change ? changeColour(i) : colours[name[i]];
    context.globalAlpha = depth[i] < depth[zoomed] ? 0.5 : 1;
    context.fillRect(left, top, Math.max(LEAST, right - left - 0.5), ROW - 1);
    const room = Math.floor((right - left - 6) / 6.5);
    if (room < 3) continue;
    const text = names[name[i]];
    context.fillStyle = '#1b1f24';
    context.fillText(text.length <= room ? text : text.slice(0, room - 1) + '…', left + 3, top + ROW / 2);
  }
  context.globalAlpha = 1;
}
function at(event) {
  const { left, top } = canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top];
  const box = boxes.find(([bx, by, bw]) => x >= bx && x < bx + bw && y >= by && y < by + ROW);
  return box === undefined ? -1 : box[3];
}
function say(i) {
  if (change) {
    said.textContent = names[name[i]] + ': ' + signed(change.now[i] - change.before[i]) + ', from ' + size(change.before[i]) + ' to ' +
      size(change.now[i]) + ', itself ' + signed(change.selfNow[i] - change.selfBefore[i]);
    return;
  }
  const share = total[0] ? ((100 * total[i]) / total[0]).toFixed(1) : '0.0';
  said.textContent = names[name[i]] + ': ' + size(total[i]) + ' (' + share + ' %), itself ' + size(self[i]) +
    (objects ? ', ' + objects[i].toLocaleString('en') + ' objects' : '');
}
function zoom(i) {
  zoomed = i;
  say(i);
  ask();
}
function look() {
  const text = search.value.trim().toLowerCase();
  matches = text === '' ? null : names.map((each) => each.toLowerCase().includes(text));
  found.textContent = '';
  if (matches) {
    let bytes = 0;
    let until = -1;
    for (let i = 0; i < name.length; i++) {
      if (start[i] < until || !matches[name[i]]) continue;
      bytes += total[i];
      until = start[i] + total[i];
    }
    found.textContent = size(bytes) + ' in what is found';
  }
  ask();
}
canvas.addEventListener('mousemove', (event) => { const i = at(event); if (i >= 0) say(i); });
canvas.addEventListener('click', (event) => { const i = at(event); if (i >= 0) zoom(i); });
document.getElementById('reset').addEventListener('click', () => zoom(0));
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') zoom(0); });
document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
search.addEventListener('input', look);
window.addEventListener('resize', ask);
draw();
`;
