/** How pages look that show what networks do, on light and dark screens. */

export const pageStyle = `
:root { color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #1d1d1f; --soft: #6a6a70; --line: #e3e1da; --accent: #c2410c; --on-accent: #fff; --bar: #f59e0b; --heat: 1; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #131316; --card: #1c1c21; --ink: #ececf0; --soft: #a0a0aa; --line: #33333b; --accent: #fb923c; --on-accent: #1b0f06; --bar: #d97706; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 40px 28px 64px; }
h1 { font-size: 34px; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 6px; font-weight: 680; }
h2 { font-size: 22px; letter-spacing: -.01em; margin: 52px 0 6px; font-weight: 650; }
p { margin: 0 0 14px; } .soft { color: var(--soft); } .lead { color: var(--soft); max-width: 100ch; }
.sharp, .sharp * { image-rendering: pixelated; }
figure { margin: 0; } figcaption { margin-top: 10px; font-size: 14px; line-height: 1.45; color: var(--soft); }
figcaption b { display: block; color: var(--ink); font-size: 16px; font-weight: 620; margin-bottom: 2px; }
input[type=range] { accent-color: var(--accent); width: 130px; }
.sheet { display: grid; gap: 6px; grid-template-columns: repeat(var(--columns), 1fr); }
select { font: inherit; padding: 7px 10px; border-radius: 8px; border: 1px solid var(--line); background: var(--card); color: inherit; max-width: 100%; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); font-size: 13px; color: var(--soft); }
[hidden] { display: none !important; }
`;
