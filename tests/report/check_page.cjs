"use strict";
// Looks at report pages in headless Chromium: node check_page.cjs BLOCKSCOPE CHARTS CHROMIUM FOLDER SOURCES
// CHARTS: what tools/fetch_charts --tests filled; FOLDER: for what is made; SOURCES: the source tree.
// BLOCKSCOPE_UPDATE_GOLDEN=1 stores the screenshots that are compared with otherwise.
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const [binary, charts, chromiumPath, folder, sources] = process.argv.slice(2);
const modules = path.join(charts, "node_modules");
const { chromium } = require(path.join(modules, "playwright-core"));
const Ajv = require(path.join(modules, "ajv"));
const golden = path.join(sources, "tests/golden/report");

fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
fs.mkdirSync(path.join(folder, "measured"));
const blockscope = (...words) =>
  execFileSync(binary, [...words, "--quiet"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });

const schema = JSON.parse(fs.readFileSync(path.join(modules, "vega-lite/build/vega-lite-schema.json")));
const ajv = new (Ajv.default || Ajv)({ strict: false, allowUnionTypes: true, validateFormats: false });
const valid = ajv.compile(schema);
const checkSpec = (name, spec) => {
  assert.ok(valid(spec), `${name} is no Vega-Lite: ${JSON.stringify((valid.errors || []).slice(0, 3))}`);
};

// mean difference of the brightness in 40 x 40 cells, 0 to 255, worked out by the browser
const difference = (page, first, second) => page.evaluate(async ([a, b]) => {
  const cells = async (base64) => {
    const image = new Image();
    image.src = "data:image/png;base64," + base64;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 40;
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, 40, 40);
    return [...context.getImageData(0, 0, 40, 40).data, image.width];
  };
  const [x, y] = [await cells(a), await cells(b)];
  if (x.at(-1) !== y.at(-1)) return 255;
  return x.reduce((sum, v, i) => sum + Math.abs(v - y[i]), 0) / x.length;
}, [first.toString("base64"), second.toString("base64")]);

const open = async (browser, file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (m) => troubles.push(`${m.type()}: ${m.text()}`));
  page.on("pageerror", (e) => troubles.push(`error: ${e.message}`));
  page.on("dialog", (d) => { troubles.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on("request", (r) => {
    if (!r.url().startsWith("file://" + folder) && !/^(data|blob):/.test(r.url())) troubles.push(`request: ${r.url()}`);
  });
  await page.goto("file://" + path.join(folder, file));
  const asked = await page.locator(".chart[data-spec]").count();
  await page.waitForFunction((n) => Number(document.documentElement.dataset.figures || 0) >= n, asked, { timeout: 60000 })
    .catch((error) => { throw new Error(`${file}: ${error.message}; ${troubles.join("; ")}`); });
  return { page, context, troubles, asked };
};

const checkPage = async (browser) => {
  const { page, context, troubles, asked } = await open(browser, "report.html", { permissions: ["clipboard-read", "clipboard-write"] });
  assert.ok(asked > 0, "no figures");
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  console.log(`${asked} figures, first paint after ${Math.round(paint)} ms`);

  // every figure: valid, drawn with marks, labelled, and of the chart's own size
  for (const [id, text] of await page.locator('script[type="application/json"][id$="-spec"]')
    .evaluateAll((all) => all.map((s) => [s.id, s.textContent]))) checkSpec(id, JSON.parse(text));
  for (const chart of await page.locator(".chart[data-spec]").all()) {
    const marks = await chart.locator("svg.marks .mark-rect path, svg.marks .mark-line path, svg.marks .mark-symbol path, svg.marks .mark-rule line, svg.marks .mark-area path").count();
    assert.ok(marks > 0, `nothing drawn in ${await chart.getAttribute("data-spec")}`);
    assert.ok(await chart.locator('svg.marks[role="img"][aria-label]').count() === 1);
  }

  // hover: the numbers of a placement
  const curve = page.locator('[id^="placements-"] svg.marks').first();
  if (await curve.count()) {
    await curve.scrollIntoViewIfNeeded();
    const box = await curve.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 2, { steps: 3 });
    const tooltip = page.locator("#vg-tooltip-element.visible");
    await tooltip.waitFor({ timeout: 5000 });
    assert.match(await tooltip.innerText(), /U\d+-L\d+-B\d+/);
    // zoom by unit: one unit's name is left
    const figure = page.locator('[id^="placements-"]').first();
    await figure.locator('select[name="zoom"]').selectOption("2");
    await page.waitForTimeout(300);
    const names = await figure.locator("svg.marks .mark-text text").allTextContents();
    assert.deepEqual(names.filter((t) => t.startsWith("unit")), ["unit 2"]);
    // numbers as a table
    await figure.locator("details.numbers summary").click();
    await figure.locator("details.numbers tbody tr").nth(20).waitFor({ timeout: 5000 });
  }
  // a network of the front: clicked, its dictionary is copied
  const front = page.locator('[id^="front-"]').first();
  if (await front.count()) {
    await front.locator("svg.marks .mark-symbol.role-mark path").last().click();
    const picked = front.locator(".picked button.copy").last();
    await picked.click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /'ks'/);
  }
  const button = page.locator("td button.copy").first();
  if (await button.count()) {
    await button.focus();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await button.getAttribute("data-copy"));
  }

  for (const id of ["layers-", "drift-", "predicted-", "learning-", "difference-", "overlay-"]) {
    assert.ok(await page.locator(`figure[id^="${id}"] svg.marks`).count() > 0, `no figure ${id}`);
  }
  // another network, layer by layer
  const layers = page.locator('figure[id^="layers-"]').first();
  const before = await layers.locator("svg.marks").innerHTML();
  await layers.locator('select[name="network"]').selectOption({ index: 0 });
  await page.waitForTimeout(300);
  assert.notEqual(await layers.locator("svg.marks").innerHTML(), before);

  // dark, by the keyboard: every figure again
  await page.locator("#theme").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.waitForFunction((n) => Number(document.documentElement.dataset.figures) >= n, asked);
  assert.deepEqual(troubles, []);
  await context.close();
  return asked;
};

// for keyboards and screen readers: names for all that can be used, order of headings, captions
const checkAccess = async (browser) => {
  const { page, context, troubles } = await open(browser, "report.html");
  const found = await page.evaluate(() => {
    const wrong = [];
    const seen = (e) => e.getClientRects().length > 0;
    const name = (e) => e.getAttribute("aria-label") || e.textContent.trim() || e.title
      || (e.closest("label") || { textContent: "" }).textContent.trim() || (e.closest("[title]") || {}).title;
    for (const e of document.querySelectorAll("button, select, input, a, summary")) {
      if (seen(e) && !name(e)) wrong.push("no name: " + e.outerHTML.slice(0, 100));
      if (e.tabIndex !== 0) wrong.push("not in the order of tabs: " + e.outerHTML.slice(0, 100));
    }
    let level = 0;
    for (const h of document.querySelectorAll("h1, h2, h3, h4")) {
      if (Number(h.tagName[1]) > level + 1) wrong.push("heading too deep: " + h.textContent);
      level = Number(h.tagName[1]);
    }
    for (const table of document.querySelectorAll("main table")) {
      if (!table.caption || !table.caption.textContent) wrong.push("no caption: " + table.textContent.slice(0, 60));
      for (const th of table.tHead.querySelectorAll("th")) if (th.scope !== "col") wrong.push("no scope: " + th.textContent);
    }
    for (const e of document.querySelectorAll("[role=region], [role=group]")) {
      const by = e.getAttribute("aria-labelledby");
      if (!e.getAttribute("aria-label") && !(by && document.getElementById(by).textContent)) wrong.push("no label: " + e.className);
    }
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1 && !/^(vg|gradient|clip)/.test(id)) wrong.push("id twice: " + id);
    return wrong;
  });
  assert.deepEqual(found, []);
  await page.keyboard.press("Tab");  // the first stop leads past the navigation
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  assert.deepEqual(troubles, []);
  await context.close();
};

// on paper, also of a reader who likes it dark: no control, nothing wider than the page, light
const checkPrint = async (browser) => {
  const { page, context, troubles } = await open(browser, "report.html", { colorScheme: "dark", viewport: { width: 700, height: 990 } });
  const file = path.join(folder, "report.pdf");
  await page.pdf({ path: file, preferCSSPageSize: true });
  assert.ok(fs.statSync(file).size > 20000);
  await page.emulateMedia({ media: "print" });
  await page.waitForFunction(() => document.documentElement.dataset.drawn === "light", undefined, { timeout: 60000 });
  const wrong = await page.evaluate(() => {
    const seen = (e) => e.getClientRects().length > 0;
    const all = (selector) => [...document.querySelectorAll(selector)];
    return [
      ...all("nav, button, select, input, details.numbers, .chart summary").filter(seen).map((e) => "seen: " + e.outerHTML.slice(0, 80)),
      ...["--ink", "--paper"].map((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim())
        .filter((colour, i) => colour !== ["#000", "#fff"][i]).map((colour) => "not the colours of paper: " + colour),
      ...all("svg.marks").filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1).map((e) => "cut: " + e.getAttribute("aria-label")),
    ];
  });
  assert.deepEqual(wrong, []);
  assert.deepEqual(troubles, []);
  await context.close();
};

const checkSizes = async (browser) => {
  for (const [name, width, height] of [["wide", 1280, 900], ["tablet", 768, 900], ["phone", 360, 760]]) {
    const { page, context, troubles } = await open(browser, "report.html", { viewport: { width, height } });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name}: the page is ${overflow} px wider than its window`);
    const shot = await page.screenshot();
    const stored = path.join(golden, `${name}.png`);
    fs.writeFileSync(path.join(folder, `${name}.png`), shot);
    if (process.env.BLOCKSCOPE_UPDATE_GOLDEN) fs.writeFileSync(stored, shot);
    const distance = await difference(page, shot, fs.readFileSync(stored));
    console.log(`${name}: ${distance.toFixed(2)} from the stored picture`);
    assert.ok(distance < 6, `${name}.png in ${folder} differs from the stored picture by ${distance}`);
    assert.deepEqual(troubles, []);
    await context.close();
  }
};

const checkHostile = async (browser) => {
  const evil = "<img src=x onerror=alert(1)>";
  fs.writeFileSync(path.join(folder, "hostile.toml"), `name = "</script><script>alert(2)</script>"
resolutions = [32]
[[block]]
kind = "mbconv"
expand = 2
kernel = 3
name = "${evil}"
token = "a"
[[block]]
kind = "mbconv"
expand = 4
kernel = 5
name = "'\\u2028\\"$\{x}"
token = "b"
[[stem]]
op = "conv"
channels = 8
kernel = 3
stride = 2
[[unit]]
channels = 16
depth = [1, 2]
[[unit]]
channels = 24
depth = [1, 2]
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
`);
  blockscope("sample", "hostile.toml", "-n", "30", "-o", "archs.csv");
  const rows = fs.readFileSync(path.join(folder, "archs.csv"), "utf8").trim().split("\n");
  fs.writeFileSync(path.join(folder, "values.csv"), rows.map((row, i) =>
    row + (i === 0 ? `,"${evil}_ms"` : `,${1 + (i * 7 % 11) / 10}`)).join("\n") + "\n");
  blockscope("profile", "hostile.toml", "--data", "values.csv", "--population", "table", "-o", "hostile");
  blockscope("report", "hostile", "--space", "hostile.toml", "-o", "hostile.html");
  const { page, context, troubles } = await open(browser, "hostile.html");
  assert.equal(await page.locator("img").count(), 0);
  assert.ok((await page.locator("body").innerText()).includes(evil));
  assert.deepEqual(troubles, []);
  await context.close();
};

(async () => {
  for (const file of fs.readdirSync(golden).filter((name) => name.endsWith(".vl.json"))) {
    checkSpec(file, JSON.parse(fs.readFileSync(path.join(golden, file))));
  }
  blockscope("profile", "ofa-mbv3", "--metric", "accuracy", "--metric", "macs", "--metric", "latency/kirin9000", "-n", "600", "-o", "profile");
  blockscope("prune", "profile", "--keep", "accuracy", "--reduce", "latency/kirin9000", "-o", "pruned/smaller.toml");
  for (const [space, name] of [["ofa-mbv3", "full"], ["pruned/smaller.toml", "smaller"]]) {
    blockscope("search", space, "--maximize", "accuracy", "--minimize", "latency/kirin9000", "--seeds", "1-3",
      "--initial", "40", "--iterations", "4", "--children", "40", "-o", name);
  }
  blockscope("measure", "ofa-mbv3", "-n", "8", "--visits", "3", "-o", "measured/m.csv");
  blockscope("evaluate", "ofa-mbv3", "--archs", "measured/m.csv", "--metric", "latency/note10", "--intervals", "-o", "measured/p.csv");
  blockscope("sample", "ofa-mbv3", "-n", "120", "-o", "archs.csv");
  blockscope("evaluate", "ofa-mbv3", "--archs", "archs.csv", "--metric", "latency/note10", "-o", "table.csv");
  blockscope("fit", "ofa-mbv3", "--data", "table.csv", "--column", "latency_note10_ms", "--model", "ridge", "-o", "measured/model.json");
  blockscope("profile", "ofa-mbv3", "--metric", "latency/kirin9000", "--metric", "latency/note10", "-n", "500", "--seed", "2", "-o", "again");
  blockscope("report", "profile", "again", "pruned", "full", "smaller", "measured", "--latex", "--markdown", "-o", "report.html");
  for (const figure of fs.readdirSync(path.join(folder, "figures")).filter((name) => name.endsWith(".vl.json"))) {
    const drawn = fs.readFileSync(path.join(folder, "figures", figure.replace(".vl.json", ".svg")), "utf8");
    assert.ok((drawn.match(/<(rect|circle|path|text)/g) || []).length > 8, figure + " is an empty frame");
  }
  for (const file of ["tables.tex", "tables.md", "figures/front-accuracy-latency-kirin9000.svg"]) {
    assert.ok(fs.statSync(path.join(folder, file)).size > 500, file);
  }
  assert.ok(fs.statSync(path.join(folder, "report.html")).size < 3e6, "the page is too large");
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
  try {
    await checkPage(browser);
    await checkAccess(browser);
    await checkPrint(browser);
    await checkSizes(browser);
    await checkHostile(browser);
  } finally {
    await browser.close();
  }
})().catch((error) => { console.error(error); process.exitCode = 1; });
