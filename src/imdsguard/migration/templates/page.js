"use strict";
// Sorts, filters and groups the table of launches. Without it the page says all the same.
(() => {
  const table = document.getElementById("launches");
  const names = JSON.parse(document.getElementById("names").textContent);
  const find = document.getElementById("find"), state = document.getElementById("state");
  const wave = document.getElementById("wave"), group = document.getElementById("group");
  const count = document.getElementById("count"), controls = document.querySelector(".controls");
  const rows = Array.from(table.tBodies[0].rows, (row, number) => ({
    row, number, keys: row.dataset.k.split(" ").map(Number), wave: row.dataset.w, state: row.dataset.s,
    text: row.textContent.toLowerCase(), cells: Array.from(row.cells, (cell) => cell.textContent.trim()),
  }));
  const groups = names.by.map((by) => by[0]);
  const order = new Intl.Collator(undefined, { numeric: true });
  const waves = Array.from(wave.options, (option) => option.value);
  const states = Array.from(state.options, (option) => option.value);
  const sorts = {
    launch: (a, b) => order.compare(a.cells[0], b.cells[0]),
    state: (a, b) => states.indexOf(a.state) - states.indexOf(b.state),
    next: (a, b) => waves.indexOf(a.wave) - waves.indexOf(b.wave),
    why: (a, b) => order.compare(a.cells[3], b.cells[3]),
    breaks: (a, b) => (a.cells[4] === "") - (b.cells[4] === "") || order.compare(a.cells[4], b.cells[4]),
    watch: (a, b) => order.compare(a.cells[5], b.cells[5]),
    where: (a, b) => order.compare(a.cells[6], b.cells[6]),
  };
  let sorted = null, down = false, only = null;

  const name = (entry, by) => names.by[by][1][entry.keys[by]];
  const shown = (entry) => (!state.value || entry.state === state.value) && (!wave.value || entry.wave === wave.value)
    && (only === null || name(entry, only.by).split(", ").includes(only.name) || name(entry, only.by) === only.name)
    && find.value.toLowerCase().split(/\s+/).every((word) => entry.text.includes(word));

  function draw() {
    const wanted = rows.filter(shown);
    wanted.sort((a, b) => (sorted ? (down ? -1 : 1) * sorts[sorted](a, b) : 0) || a.number - b.number);
    const by = groups.indexOf(group.value);
    const bodies = new Map();
    for (const entry of wanted) {
      const key = by < 0 ? "" : name(entry, by);
      if (!bodies.has(key)) bodies.set(key, []);
      bodies.get(key).push(entry.row);
    }
    const made = [];
    for (const [key, members] of bodies) {
      const body = document.createElement("tbody");
      if (by >= 0) {
        const head = document.createElement("th");
        head.scope = "rowgroup";
        head.colSpan = table.tHead.rows[0].cells.length;
        head.textContent = `${key} (${members.length})`;
        body.append(document.createElement("tr"));
        body.rows[0].append(head);
      }
      body.append(...members);
      made.push(body);
    }
    if (by >= 0) made.sort((a, b) => order.compare(a.rows[0].textContent, b.rows[0].textContent));
    for (const body of Array.from(table.tBodies)) body.remove();
    table.append(...made);
    const rest = only === null ? "" : `, only ${only.name}`;
    count.textContent = `${wanted.length} of ${rows.length} rows${rest}`;
  }

  for (const cell of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    cell.replaceChildren(button);
    cell.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      down = sorted === cell.dataset.sort && !down;
      sorted = cell.dataset.sort;
      for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      draw();
    });
  }
  for (const cell of document.querySelectorAll("[data-only]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pick";
    button.textContent = cell.textContent;
    button.title = "Show only the launches of this group";
    cell.replaceChildren(button);
    button.addEventListener("click", () => {
      only = { by: groups.indexOf(cell.closest("table").dataset.by), name: button.textContent };
      draw();
      document.getElementById("all").scrollIntoView();
      find.focus({ preventScroll: true });
    });
  }
  for (const control of [find, state, wave, group]) control.addEventListener("input", draw);
  document.getElementById("reset").addEventListener("click", () => {
    find.value = state.value = wave.value = group.value = "";
    only = sorted = null;
    down = false;
    for (const cell of table.tHead.rows[0].cells) cell.setAttribute("aria-sort", "none");
    draw();
    find.focus();
  });
  // What is folded is printed, too.
  const folded = document.getElementsByTagName("details");
  let open = [];
  addEventListener("beforeprint", () => { open = Array.from(folded, (each) => each.open); for (const each of folded) each.open = true; });
  addEventListener("afterprint", () => { open.forEach((was, number) => { folded[number].open = was; }); });
  controls.hidden = false;
  draw();
})();
