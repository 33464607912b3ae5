/** How the page of `fovea look` looks, beyond what all pages share. */

import { pageStyle } from '../../inspect/page-style.js';

export const style = `${pageStyle}cite, small { font-style: normal; font-size: 13px; color: var(--soft); }
.answer { display: grid; grid-template-columns: minmax(220px, 320px) 1fr; gap: 36px; align-items: center; margin-top: 26px; }
.shot { position: relative; width: 100%; background: #000; border-radius: 10px; overflow: hidden; }
.answer > .shot { max-width: 340px; }
.shot > * { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.photo { background-size: 100% 100%; }
.heat .photo { filter: grayscale(1) brightness(.92); }
.heat img { opacity: var(--heat); }
.bars { display: grid; grid-template-columns: minmax(0, max-content) minmax(80px, 1fr) max-content; gap: 11px 14px; align-items: center; }
.bars .name { overflow-wrap: anywhere; max-width: 22em; } .bars .first { font-weight: 650; }
.bars .track { height: 16px; border-radius: 8px; background: var(--line); overflow: hidden; }
.bars .track i { display: block; height: 100%; min-width: 2px; background: var(--bar); border-radius: 8px; opacity: .55; }
.bars .track i.first { opacity: 1; }
.bars .share { font-variant-numeric: tabular-nums; text-align: right; }
.tabs { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; margin: 16px 0 18px; }
.tabs label { padding: 6px 14px; border: 1px solid var(--line); border-radius: 99px; background: var(--card); cursor: pointer; }
.tabs label:hover { border-color: var(--accent); }
.tabs input[type=radio] { position: absolute; opacity: 0; }
.tabs label:has(:checked) { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.tabs label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
.tabs .slide { margin-left: auto; border: 0; background: none; padding: 0; display: flex; gap: 10px; align-items: center; color: var(--soft); font-size: 14px; }
.methods { display: grid; grid-template-columns: repeat(4, 1fr); gap: 22px; }
.scale { height: 8px; border-radius: 4px; margin-top: 10px; border: 1px solid var(--line); }
.ends { display: flex; justify-content: space-between; font-size: 12px; color: var(--soft); }
.sheet i, .big i { display: block; width: 100%; border-radius: 4px; background-repeat: no-repeat; }
.maps { display: grid; grid-template-columns: 300px 1fr; gap: 28px; align-items: start; margin-top: 16px; }
.maps .sheet i { cursor: zoom-in; } .sheet i:hover { outline: 2px solid var(--accent); outline-offset: 1px; }
.big { position: sticky; top: 16px; }
@media (max-width: 900px) { .sheet { grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); }
  .methods { grid-template-columns: 1fr 1fr; } .maps, .answer { grid-template-columns: 1fr; } .big { position: static; max-width: 300px; } }
@media print { .tabs .slide { display: none; } }
`;
