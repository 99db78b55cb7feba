/** The page's style: light and dark, narrow and wide, on paper. Text has a contrast of 4.5 and more on its ground. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f6f8fa; --raised: #fff; --line: #d0d7de; --text: #1b2430; --quiet: #4b5866;
  --accent: #0a58b8; --high: #b3261e; --medium: #8a5300; --low: #4b5866; --cell-text: #10161d; --cell-edge: #fff;
  --c0: #b7d3f2; --c1: #f2ddb0; --c2: #bfe3cc; --c3: #f1c8d5; --c4: #d9cbee; --c5: #b5e3e6; --c6: #dfe2b1; --c7: #efcdc0; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #10141a; --raised: #181e26; --line: #333d4b; --text: #e6ebf2; --quiet: #a3b0c0; --accent: #6cb6ff;
    --high: #ff8a80; --medium: #f0b849; --low: #a3b0c0; --cell-text: #f2f5f9; --cell-edge: #10141a; --c0: #354f6a;
    --c1: #5f4929; --c2: #345640; --c3: #66404c; --c4: #544565; --c5: #225659; --c6: #4c512d; --c7: #68423b; }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 0; line-height: 1.35; }
p { margin: .5rem 0; }
code { font: .875em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.quiet { color: var(--quiet); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .8rem 0 0; padding: .8rem 0 0; border-top: 1px solid var(--line); }
.facts div { min-width: 7rem; }
.facts dt, .finding dt { color: var(--quiet); font-size: .85rem; }
.facts dd { margin: 0; font-weight: 600; }
.finding { background: var(--raised); border: 1px solid var(--line); border-left: 5px solid var(--low); border-radius: 6px;
  padding: .9rem 1.1rem 1rem; margin: .8rem 0; }
.finding.high { border-left-color: var(--high); }
.finding.medium { border-left-color: var(--medium); }
.finding header { display: flex; flex-wrap: wrap; gap: .1rem .8rem; font-size: .85rem; color: var(--quiet); }
.finding header strong { text-transform: uppercase; letter-spacing: .04em; color: var(--low); }
.finding.high header strong { color: var(--high); }
.finding.medium header strong { color: var(--medium); }
.finding dl { margin: .7rem 0 0; display: grid; grid-template-columns: 6rem 1fr; gap: .4rem 1rem; }
.finding dd { margin: 0; min-width: 0; }
.chain { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 .5rem; }
.chain li:not(:first-child)::before { content: "\\2190"; color: var(--quiet); margin-right: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--quiet); font-size: .85rem; }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.word, th.word { white-space: nowrap; }
tr > :last-child { padding-right: 0; }
svg { display: block; width: 100%; height: auto; }
svg.series { width: 15rem; max-width: 100%; }
.cell { stroke: var(--cell-edge); stroke-width: 1; }
.map text { fill: var(--cell-text); font-size: 12px; }
.line { fill: none; stroke: var(--accent); stroke-width: 2; }
.dot { fill: var(--accent); }
${Array.from({ length: 8 }, (_, at) => `.c${at} { fill: var(--c${at}); }`).join(' ')}
details { margin: .6rem 0; }
summary { cursor: pointer; color: var(--accent); }
footer { margin-top: 2rem; font-size: .85rem; color: var(--quiet); border-top: 1px solid var(--line); padding-top: .6rem; }
@media (max-width: 36rem) {
  main { padding: 1rem .7rem 2rem; }
  .finding { padding: .7rem .8rem .8rem; }
  .finding dl { grid-template-columns: 1fr; gap: 0; }
  .finding dd { margin-bottom: .5rem; }
  td:nth-child(4), th:nth-child(4) { display: none; }
}
@media print {
  :root { --ground: #fff; --raised: #fff; --line: #bbb; --text: #000; --quiet: #444; --high: #b3261e; --medium: #8a5300;
    --low: #444; --accent: #000; --cell-text: #000; --cell-edge: #fff; --c0: #b7d3f2; --c1: #f2ddb0; --c2: #bfe3cc; --c3: #f1c8d5;
    --c4: #d9cbee; --c5: #b5e3e6; --c6: #dfe2b1; --c7: #efcdc0; }
  body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .finding { break-inside: avoid; }
}
`.trim();
