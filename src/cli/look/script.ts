/** What the page of `fovea look` does when it is used: classes, the heat's strength, layers and single maps. */

export const script = `
const all = (selector) => [...document.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);
for (const tab of all('input[name=class]')) tab.addEventListener('change', () => {
  for (const panel of all('[data-class]')) panel.hidden = panel.dataset.class !== tab.value;
});
one('#heat')?.addEventListener('input', ({ target }) => {
  document.documentElement.style.setProperty('--heat', target.value / 100);
});
const layers = one('#layer');
const show = (cell) => {
  const big = one('#big');
  const layer = layers.selectedIndex;
  big.className = 'l' + layer + (cell.parentElement.classList.contains('sharp') ? ' sharp' : '');
  big.style.backgroundPosition = cell.style.backgroundPosition;
  one('#bigname').textContent = layers.selectedOptions[0].textContent.split(':')[0] + ', ' + cell.title;
};
const first = () => {
  const cell = one('[data-layer="' + layers.value + '"] i');
  if (cell) show(cell);
};
layers?.addEventListener('change', () => {
  for (const panel of all('[data-layer]')) panel.hidden = panel.dataset.layer !== layers.value;
  first();
});
for (const panel of all('[data-layer]')) panel.addEventListener('click', ({ target }) => {
  if (target.dataset.map !== undefined) show(target);
});
if (layers) { layers.selectedIndex = 0; first(); }
`;
