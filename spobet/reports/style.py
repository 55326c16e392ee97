"""How every page looks, and the few lines that sort its tables."""

STYLE = """
:root { color-scheme: light dark; --paper: #fcfbf8; --ink: #1d1f22; --soft: #5d6268; --rule: #d9d6ce;
  --right: #0b6477; --left: #a5481a; --sans: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --serif: Charter, "Iowan Old Style", "Palatino Linotype", Georgia, serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, monospace }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15171a; --ink: #e7e5e0; --soft: #a2a6ab; --rule: #35393e; --right: #6cc5d6; --left: #f0a274 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans) }
main { max-width: 62rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 5rem) clamp(1rem, 4vw, 2.5rem) 3rem }
section, footer { margin-top: 3.2rem; border-top: 1px solid var(--rule); padding-top: 1.5rem }
footer { font-size: .92rem }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; text-wrap: balance }
h1 { font-size: clamp(1.8rem, 5.2vw, 3.2rem); line-height: 1.13; letter-spacing: -.015em; max-width: 20em; margin: .35em 0 .5em }
h2 { font-size: 1.4rem; line-height: 1.2; margin: 0 0 1rem }
h3 { font-size: 1.15rem; margin: 0; display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline; overflow-wrap: anywhere }
small, .kicker, .facts, .note, main ul, figcaption, dt, thead th, li em { color: var(--soft) }
small { font: .88rem/1.5 var(--sans) }
.kicker, .facts { margin: 0 }
.note, main ul { font-size: .92rem; max-width: 44em }
main ul { padding-left: 1.1rem }
.table, .film, pre { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
table, ol { font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .5rem 1.2rem .5rem 0; border-bottom: 1px solid var(--rule); vertical-align: baseline }
tr > :last-child { padding-right: 0 }
thead th { font-weight: 400; font-size: .88rem; vertical-align: bottom }
td small { margin-left: .6em }
tbody th { min-width: 6.5rem }
th button { font: inherit; color: inherit; text-align: inherit; background: none; border: 0; padding: 0; cursor: pointer }
th button { border-bottom: 1px dotted currentColor }
[aria-sort=ascending] button::after { content: " ▲" }
[aria-sort=descending] button::after { content: " ▼" }
details { margin: .8rem 0 }
summary { cursor: pointer }
.figures tbody *, tbody td { white-space: nowrap }
.range { display: inline-block; position: relative; width: min(12rem, 20vw); height: .8em; margin-left: 1em;
  border-bottom: 1px solid var(--rule) }
.range i, .range b { position: absolute; background: currentColor }
.range i { top: .3em; height: 3px }
.range b { top: 0; width: 3px; height: .75em; margin-left: -1.5px }
article { padding: 1.5rem 0 }
article + article { border-top: 1px solid var(--rule) }
.film { margin: .6rem 0 }
.film svg { display: block }
.film .weight { color: var(--soft) }
.film .right, .curve-1 { color: var(--right) }
.film .left, .curve-2 { color: var(--left) }
ol { list-style: none; margin: 0; padding: 0; max-width: 40rem }
ol li { display: grid; grid-template-columns: minmax(0, 12rem) 1fr 4rem; gap: .8rem; align-items: center; padding: .1rem 0;
  overflow-wrap: anywhere }
ol li > :last-child { text-align: right; white-space: nowrap }
li.true { font-weight: 600 }
li em { font-weight: 400; font-size: .82rem; white-space: nowrap }
.bar { background: var(--rule) }
.bar i { display: block; height: .5rem; min-width: 1px; background: var(--soft) }
.true .bar i { background: var(--ink) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2rem;
  margin-top: 1.2rem }
.charts svg { max-width: 34rem }
figure, dl, dd, pre { margin: 0 }
figcaption { margin-bottom: .4rem }
dl { display: grid; gap: .3rem }
dl div { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr) }
dd { overflow-wrap: anywhere }
pre, dd { font: .86rem/1.6 var(--mono) }
pre { padding: .8rem 1rem; border: 1px solid var(--rule) }
@media (max-width: 40rem) {
  .range { display: none }
  table { font-size: .92rem }
  th, td { padding-right: .5rem }
  td small { display: block; margin: 0 }
  ol li { grid-template-columns: minmax(0, 9rem) 1fr 4rem; gap: .5rem }
}
@media print { main { max-width: none; padding: 0 } article { break-inside: avoid } }
"""

SORTING = """
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, column) => {
    const button = document.createElement('button')
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') === 'descending'
      heads.forEach(other => other.removeAttribute('aria-sort'))
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending')
      const key = row => row.cells[column].dataset.sort ?? row.cells[column].textContent
      const order = (one, other) => key(one).localeCompare(key(other), undefined, { numeric: true })
      const rows = [...table.tBodies[0].rows].sort((one, other) => up ? order(one, other) : order(other, one))
      table.tBodies[0].append(...rows)
    })
  })
}
"""
