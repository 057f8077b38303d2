"""Of the documentation page; it stands alone, so that it reads the same whatever the pages of the app become."""

STYLE = """
:root { color-scheme: light dark; font: 15px/1.55 system-ui, sans-serif }
:root { --line: color-mix(in srgb, CanvasText 15%, Canvas) }
body { margin: 0; display: grid; grid-template-columns: 14rem minmax(0, 56rem); gap: 2.5rem }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem; border-right: 1px solid var(--line) }
nav a, nav b { display: block; padding: .2rem 0; color: inherit } main { padding: 1.5rem 1.5rem 6rem 0 }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line) } section { margin: 2rem 0; scroll-margin-top: 1rem }
h3 { font-size: 1rem; margin-bottom: .3rem } h4 { margin: 1rem 0 .3rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem; overflow-wrap: anywhere }
td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line) }
code, pre { font: .85rem/1.5 ui-monospace, monospace }
pre { overflow: auto; padding: .8rem; border: 1px solid var(--line); border-radius: .4rem }
.method { display: inline-block; min-width: 4rem; font-weight: 700 } .get { color: #1c6b4a } .delete { color: #b3261e }
.who, .optional { opacity: .75; font-size: .85rem } .old { color: #b3261e; font-size: .85rem }
@media (prefers-color-scheme: dark) { .get { color: #6fd3a6 } .delete, .old { color: #ff8a80 } }
@media (max-width: 50rem) { body { display: block; padding: 0 1rem } nav { position: static; height: auto; border: 0 } }
"""
