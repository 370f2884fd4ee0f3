"use strict";
// Draws the page's specifications, lists their numbers on demand, copies texts and switches themes.
// Everything that is shown goes through textContent: no text of a study becomes markup.
(() => {
  const root = document.documentElement;
  const said = document.getElementById("said");
  const say = (text) => { said.textContent = text; };

  const copy = async (button) => {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // pages opened from disk may have no clipboard: the old way
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const before = button.textContent;
    button.textContent = "copied";
    say("copied " + text);
    setTimeout(() => { button.textContent = before; }, 1200);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest ? event.target.closest("button.copy") : null;
    if (button) copy(button);
  });

  // a network that was clicked: its text forms, with buttons
  const pick = (chart, datum) => {
    const figure = chart.parentElement;
    let panel = figure.querySelector(".picked");
    if (!panel) {
      panel = document.createElement("div");
      panel.className = "picked";
      panel.setAttribute("role", "status");
      chart.after(panel);
    }
    const code = document.createElement("code");
    code.textContent = datum.arch + (datum.resolution ? "@" + datum.resolution : "");
    const buttons = [["copy text form", code.textContent], ["copy OFA dictionary", datum.ofa]]
      .filter(([, text]) => text)
      .map(([label, text]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "copy";
        button.dataset.copy = text;
        button.textContent = label;
        return button;
      });
    panel.replaceChildren(code, ...buttons);
  };

  if (typeof vegaEmbed === "undefined") {
    root.dataset.figures = "0";
    return;
  }

  const themes = JSON.parse(document.getElementById("themes").textContent);
  const charts = [...document.querySelectorAll(".chart[data-spec]")];
  const specOf = (chart) => JSON.parse(document.getElementById(chart.dataset.spec).textContent);
  const prefers = window.matchMedia("(prefers-color-scheme: dark)");
  const printing = window.matchMedia("print");
  const themeNow = () => printing.matches ? "light"
    : root.dataset.theme || (prefers.matches ? "dark" : "light");

  const drawn = new Map();  // chart: {theme, view}
  const draw = async (chart) => {
    const theme = themeNow();
    const before = drawn.get(chart);
    if (before && before.theme === theme) return;
    const entry = { theme, view: null };
    drawn.set(chart, entry);
    const signals = before && before.view ? before.view.getState({ data: () => false }).signals || {} : {};
    if (before && before.view) before.view.finalize();
    const spec = specOf(chart);
    for (const param of spec.params || []) {  // what the reader had chosen stays
      if (param.bind && param.name in signals) param.value = signals[param.name];
    }
    const result = await vegaEmbed(chart, spec, {
      ast: true,  // no eval: the content policy forbids it
      renderer: "svg",
      config: themes[theme],
      tooltip: { theme: theme === "dark" ? "dark" : "light" },
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: chart.dataset.spec.replace(/-spec$/, ""),
      loader: { http: false },
    });
    entry.view = result.view;
    chart.dataset.theme = theme;  // paper turns what is still dark when it is printed
    result.view.addEventListener("click", (event, item) => {
      if (item && item.datum && item.datum.arch) pick(chart, item.datum);
    });
    const title = document.getElementById(chart.getAttribute("aria-labelledby"));
    const svg = chart.querySelector("svg.marks");
    if (svg) {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", title.textContent);
    }
    const menu = chart.querySelector("details > summary");
    if (menu) menu.setAttribute("aria-label", "save " + title.textContent);
    const done = [...drawn.values()].filter((e) => e.view);
    root.dataset.figures = String(done.length);
    if (done.every((e) => e.theme === theme)) root.dataset.drawn = theme;
  };
  const failed = (chart, error) => {
    chart.textContent = "This figure could not be drawn: " + error.message;
    console.error(error);
  };

  // what is seen first, then the rest while nothing else happens
  const queue = new Set(charts);
  const soon = window.requestIdleCallback || ((work) => setTimeout(work, 16));
  let busy = false;
  const next = async () => {
    if (busy) return;
    const chart = queue.values().next().value;
    if (!chart) return;
    queue.delete(chart);
    busy = true;
    try { await draw(chart); } catch (error) { failed(chart, error); }
    busy = false;
    soon(next);
  };
  const first = (chart) => {
    if (!queue.delete(chart)) return;
    const rest = [...queue];
    queue.clear();
    for (const one of [chart, ...rest]) queue.add(one);
  };
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) first(entry.target);
    next();
  });
  for (const chart of charts) watcher.observe(chart);
  setTimeout(next, 0);

  const redraw = () => {
    for (const chart of charts) if (drawn.has(chart)) queue.add(chart);
    next();
  };
  prefers.addEventListener("change", redraw);
  printing.addEventListener("change", redraw);
  window.addEventListener("beforeprint", redraw);
  window.addEventListener("afterprint", redraw);
  const button = document.getElementById("theme");
  const label = () => { button.textContent = themeNow() === "dark" ? "Light" : "Dark"; };
  button.hidden = false;
  label();
  button.addEventListener("click", () => {
    root.dataset.theme = themeNow() === "dark" ? "light" : "dark";
    label();
    redraw();
  });

  // the rows of a specification as a table
  const cell = (kind, text) => {
    const element = document.createElement(kind);
    element.textContent = text;
    return element;
  };
  const list = (rows) => {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      const th = cell("th", column);
      th.scope = "col";
      head.append(th);
    }
    const body = table.createTBody();
    for (const row of rows) {
      const tr = body.insertRow();
      for (const column of columns) {
        const value = row[column];
        const td = cell("td", value === null || value === undefined ? "" : String(value));
        if (typeof value === "number") td.className = "n";
        tr.append(td);
      }
    }
    return table;
  };
  for (const details of document.querySelectorAll("details.numbers")) {
    details.addEventListener("toggle", () => {
      if (!details.open || details.querySelector("table")) return;
      const chart = details.parentElement.querySelector(".chart");
      const spec = specOf(chart);
      const tables = [spec, ...(spec.layer || [])].map((part) => part.data && part.data.values)
        .filter((rows) => rows && rows.length);
      const frame = document.createElement("div");
      frame.className = "table";
      frame.tabIndex = 0;
      frame.append(list(tables.sort((a, b) => b.length - a.length)[0] || []));
      details.append(frame);
    });
  }
})();
