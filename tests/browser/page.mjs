// Opens the pages in a folder and does with them what people do: page.mjs FOLDER, with CHROMIUM and perhaps SCREENSHOTS.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = process.argv[2];
const SECONDS = 2, BYTES = 10_000_000;
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "browser-")), {
  executablePath: process.env.CHROMIUM, args: ARGUMENTS, viewport: { width: 1280, height: 800 },
});

/** A page that fails if it prints an error or asks for anything but itself. */
async function open(name, anchor = "", { width = 1280, theme = "light" } = {}) {
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => { complaints.push(dialog.message()); dialog.dismiss(); });
  const address = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on("request", (request) => { if (request.url().split("#")[0] !== address) complaints.push(`asked for ${request.url()}`); });
  await page.setViewportSize({ width, height: width < 600 ? 844 : 800 });
  await page.emulateMedia({ colorScheme: theme });
  await page.goto(address + anchor);
  await page.waitForSelector("html[data-ready]");
  return Object.assign(page, {
    to: async (where) => { await page.evaluate((hash) => { location.hash = hash; }, where); await page.settled(); },
    // The address has changed, and the page shows what it says.
    settled: () => page.waitForFunction(() => document.documentElement.dataset.shown === location.hash),
    json: () => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")),
    done: async () => { assert.deepEqual(complaints, [], `${name}${anchor}`); await page.close(); },
  });
}
/** How far two colours are apart: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio. */
function contrast(one, other) {
  const luminance = (colour) => {
    const digits = colour.length === 4 ? colour.slice(1).replace(/./g, "$&$&") : colour.slice(1);
    const [red, green, blue] = [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16) / 255).map(
      (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
const texts = (page, selector) => page.locator(selector).allTextContents();
const number = (text) => Number(text.replace(/\s/g, ""));
const found = async (page) => number((await page.textContent("#findings-count")).match(/^[\d\s]+/)[0]);

const tests = {
  async "each view shows itself alone, and its numbers are those of the JSON"() {
    const page = await open("shop");
    const { scores, totals } = page.json();
    assert.equal(await page.textContent("#project-score"), scores.project.score.toFixed(1));
    assert.deepEqual((await texts(page, ".traps b")).map(Number), scores.traps.map((trap) => trap.score));
    for (const name of await page.locator("nav a").evaluateAll((links) => links.map((link) => link.hash))) {
      await page.click(`nav a[href="${name}"]`);
      await page.settled();
      assert.deepEqual(await page.locator(".view:visible").evaluateAll((views) => views.map((view) => `#${view.id}`)), [name]);
    }
    await page.to("#findings");
    assert.equal(await found(page), totals.error + totals.warning + totals.info);
    await page.done();
  },

  async "every count of findings leads to as many findings"() {
    for (const name of ["shop", "large"]) {
      const page = await open(name, "#scores");
      const links = await page.locator("#overview .tallies a, #scores tbody a.count, #dashboards .dashboard a.count").evaluateAll(
        (all) => all.map((link) => [link.getAttribute("href"), link.textContent.replace(/\D/g, "")]));
      const some = links.filter((_, at) => at % Math.ceil(links.length / 60) === 0);
      assert.ok(some.length > 20);
      for (const [href, count] of some) {
        await page.to(href);
        assert.equal(await found(page), Number(count), `${name} ${href}`);
      }
      await page.done();
    }
  },

  async "coverage leads to as many resources as are not covered"() {
    for (const name of ["shop", "large"]) {
      const page = await open(name, "#coverage");
      const links = await page.locator("#coverage td a").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.textContent]));
      const lists = links.filter(([href]) => href.startsWith("#coverage?missing="));
      assert.ok(lists.length >= 10, `${lists.length} lists`);
      assert.ok(links.every(([href]) => href === "#sensitive" || href.startsWith("#coverage?missing=")), links.join("\n"));
      for (const [href, words] of lists.filter((_, at) => at % Math.ceil(lists.length / 40) === 0)) {
        const [covered, total] = words.match(/%(.*) of (.*)/).slice(1).map(number);
        await page.to(href);
        assert.equal(number((await page.textContent("#missing")).match(/^[\d\s]+/)[0]), total - covered, href);
        const all = page.locator("#missing button");
        if (await all.count()) await all.click();
        assert.equal(await page.locator("#missing li").count(), total - covered, href);
      }
      await page.click("text=Close this list");
      await page.settled();
      assert.equal(await page.textContent("#missing"), "");
      await page.done();
    }
  },

  async "text in the picture is large enough to read, and nothing is smaller when it does not fit"() {
    for (const [name, width] of [["shop", 1280], ["shop", 390], ["large", 1280]]) {
      const page = await open(name, "#lineage", { width });
      // On the screen: the size of the font times the scale of the picture.
      const sizes = await page.locator(".node text").evaluateAll((all) => all.map((text) =>
        parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a));
      assert.ok(Math.min(...sizes) >= 11, `${name} at ${width}: ${Math.min(...sizes)}`);
      const spills = await page.locator(".node").evaluateAll((all) => all.filter((node) => {
        const right = node.querySelector("rect").getBoundingClientRect().right;
        return [...node.querySelectorAll("text")].some((text) => text.getBoundingClientRect().right > right);
      }).map((node) => node.textContent));
      assert.deepEqual(spills, [], `${name} at ${width}`);
      const [shown, whole] = await page.locator("#canvas").evaluate((canvas) => [canvas.clientWidth, canvas.scrollWidth]);
      assert.equal(await page.locator("#beyond").isVisible(), whole > shown + 1 || await page.locator("#canvas").evaluate(
        (canvas) => canvas.scrollHeight > canvas.clientHeight + 1));
      if (name === "shop" && width === 1280) assert.ok(whole <= shown + 1, "the shop fits");
      await page.done();
    }
  },

  async "colours have the contrast of WCAG AA in both themes and in print"() {
    for (const theme of ["light", "dark"]) for (const media of ["screen", "print"]) {
      const page = await open("shop", "", { theme });
      await page.emulateMedia({ media, colorScheme: theme });
      const palette = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        return Object.fromEntries(["paper", "raised", "wash", "ink", "quiet", "accent", "error", "warning", "info", "field"].map(
          (name) => [name, style.getPropertyValue(`--${name}`).trim()]));
      });
      const text = ["ink", "quiet", "accent", "error", "warning", "info"];
      for (const paper of ["paper", "raised", "wash"]) for (const ink of text) {
        const ratio = contrast(palette[ink], palette[paper]);
        assert.ok(ratio >= 4.5, `${ink} on ${paper}, ${theme} ${media}: ${ratio.toFixed(2)}`);
      }
      // What shows where a field is, or that something is chosen.
      for (const line of ["field", "accent"]) {
        const ratio = contrast(palette[line], palette.paper);
        assert.ok(ratio >= 3, `${line}, ${theme} ${media}: ${ratio.toFixed(2)}`);
      }
      await page.done();
    }
  },

  async "every control is reached by keyboard, and one sees where"() {
    const page = await open("shop");
    // Marks that fade in are not there yet when they are looked for.
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    for (const view of await page.locator(".view").evaluateAll((views) => views.map((view) => view.id))) {
      await page.to(`#${view}`);
      await page.evaluate(() => {
        globalThis.reached = new Set();
        document.getElementById("theme").focus();
      });
      let where = "before";
      for (let step = 0; step < 250 && where !== "behind"; step += 1) {
        await page.keyboard.press("Tab");
        where = await page.evaluate((id) => {
          const now = document.activeElement;
          if (!now.closest(`#${id}`)) return globalThis.reached.size ? "behind" : "before";
          const box = now.closest(".node") && getComputedStyle(now.querySelector("rect"));
          const { outlineStyle, outlineWidth } = getComputedStyle(now);
          const isMarked = box ? parseFloat(box.strokeWidth) >= 2 : outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
          if (!box && !now.matches(".scroll, #canvas")) globalThis.reached.add(now);
          return isMarked ? "within" : `no mark on ${now.outerHTML.slice(0, 100)}`;
        }, view);
        assert.ok(!where.startsWith("no mark"), `${view}: ${where}`);
      }
      // Of the picture one box takes the focus, and arrow keys go on from it.
      const missed = await page.evaluate((id) => {
        const controls = [...document.getElementById(id).querySelectorAll("a[href], button, input, select, .sortable thead th")];
        return controls.filter((control) => control.checkVisibility() && !globalThis.reached.has(control)).map((control) => control.outerHTML);
      }, view);
      if (where === "behind") assert.deepEqual(missed, [], view);
    }
    await page.done();
  },

  async "findings can be searched, filtered and paged"() {
    const page = await open("large", "#findings");
    const all = page.json().findings;
    assert.equal(await page.locator(".finding").count(), 100);
    const riskiest = all.reduce((most, finding) => Math.max(most, finding.risk), 0);
    assert.equal(await page.locator(".finding .risk").first().textContent(), riskiest.toFixed(1));
    await page.click("text=Next");
    await page.settled();
    assert.match(page.url(), /page=2/);
    await page.selectOption("#find-rule", "DOC001");
    await page.settled();
    assert.equal(await found(page), all.filter((finding) => finding.code === "DOC001").length);
    await page.selectOption("#find-severity", "info");
    await page.settled();
    assert.equal(await found(page), all.filter((finding) => finding.code === "DOC001" && finding.severity === "info").length);
    await page.click("text=Show all");
    await page.settled();
    await page.fill("#find-text", "rpt_weekly_kpis_c7 ");
    const wanted = all.filter((finding) => [finding.message, finding.path].some((text) => text.includes("rpt_weekly_kpis_c7")));
    assert.ok(wanted.length > 0 && await found(page) >= wanted.length);
    await page.goBack();
    await page.settled();
    await page.done();
  },

  async "actions lead to what they clear, and are filtered by who does them"() {
    const page = await open("shop", "#worklist");
    const { worklist } = page.json();
    await page.locator("#worklist .clears").first().click();
    await page.settled();
    assert.equal(await found(page), worklist[0].clears.length + worklist[0].eases.length);
    await page.to("#worklist");
    const owner = worklist.find((action) => action.owner).owner;
    await page.locator("#worklist-tools select").first().selectOption(owner);
    const theirs = worklist.filter((action) => action.owner === owner);
    assert.match(await page.textContent("#worklist-tools [role=status]"), new RegExp(`^${theirs.length} action`));
    assert.equal(await page.locator("#worklist tbody tr").count(), Math.min(theirs.length, 100));
    await page.done();
  },

  async "tables are sorted by their headings"() {
    const page = await open("shop", "#owners");
    const column = () => page.locator("#owners table.sortable").first().locator("tbody tr td:nth-child(3)").allTextContents();
    await page.locator("#owners thead th", { hasText: "Models" }).first().click();
    assert.deepEqual((await column()).map(number), (await column()).map(number).sort((a, b) => b - a));
    await page.done();
  },

  async "a dashboard lists all that it rests on"() {
    const page = await open("shop", "#dashboards");
    const most = page.json().dashboards.findIndex((dashboard) => dashboard.upstream.length > 5);
    await page.locator(`#dashboard-${most} .upstream button`).click();
    assert.equal(await page.locator(`#dashboard-${most} .upstream li`).count(), page.json().dashboards[most].upstream.length);
    await page.done();
  },

  async "the lineage opens, is searched, filtered and walked by keyboard"() {
    for (const name of ["shop", "large"]) {
      const page = await open(name, "#lineage");
      const folders = await page.locator(".node.folder").count();
      assert.ok(folders > 1 && folders <= 40, `${folders} folders at first`);
      await page.selectOption("#lineage-severity", "3");
      assert.match((await texts(page, ".node.folder .small"))[0], /\d+ of \d+/);
      await page.selectOption("#lineage-severity", "");
      await page.locator(".node.folder").first().click();
      await page.settled();
      assert.match(page.url(), /group=\d+/);
      await page.fill("#lineage-search", "rpt_weekly_kpis");
      await page.press("#lineage-search", "Enter");
      await page.settled();
      assert.match(page.url(), /node=model/);
      const nodes = await page.locator(".node").count();
      assert.ok(nodes > 3 && nodes <= 100, `${nodes} nodes`);
      const chosen = () => page.locator(".node:focus title").textContent();
      const first = await chosen();
      assert.match(first, /^rpt_weekly_kpis/);
      await page.keyboard.press("ArrowLeft");
      assert.notEqual(await chosen(), first);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      const panel = await page.locator("#panel h3").textContent();
      await page.keyboard.press("Enter");
      await page.settled();
      assert.equal(await chosen(), panel);
      await page.keyboard.press("Escape");
      await page.settled();
      assert.match(page.url(), /group=\d+/);
      const before = await page.locator("#canvas svg").getAttribute("width");
      await page.click("#zoom-in");
      assert.ok(Number(await page.locator("#canvas svg").getAttribute("width")) > Number(before));
      await page.done();
    }
  },

  async "a model shows its findings and neighbours"() {
    const page = await open("shop");
    const { nodes } = page.json().lineage;
    const at = nodes.findings.findIndex((findings) => findings.length > 2);
    await page.to(`#lineage?node=${encodeURIComponent(nodes.id[at])}`);
    assert.equal(await page.textContent("#panel h3"), nodes.name[at]);
    const read = page.json().lineage.edges.filter(([, child]) => child === at).length;
    const headings = await texts(page, "#panel h4");
    assert.ok(headings.includes(`Reads ${read}`) && headings.includes(`${nodes.findings[at].length} findings`), headings.join());
    await page.click("text=All its findings");
    await page.settled();
    assert.equal(await found(page), nodes.findings[at].length);
    await page.done();
  },

  async "the history shows each run, and what is new since another"() {
    const page = await open("shop", "#history");
    const { history, comparison } = page.json();
    assert.deepEqual([history.length, await page.locator("#history circle").count()], [2, 2]);
    // Nor can its scores and findings be held against these.
    assert.ok(!comparison.is_comparable && comparison.untold.length > 1);
    assert.match(await page.textContent("#history"), new RegExp(`${comparison.untold.length} findings: whether they are gone cannot be told`));
    assert.match(await page.textContent("#history"), /Scores cannot be compared/);
    // The earlier run had other rules: the line ends there.
    assert.equal(await page.locator("#history .trend path.break").count(), 1);
    assert.match(await page.textContent("#history"), /from here on: \d+ rules did not run any more/);
    await page.to("#findings?new=1");
    assert.equal(await found(page), comparison.new.length);
    await page.done();
  },

  async "names that mean harm are text"() {
    const page = await open("hostile");
    for (const view of ["overview", "worklist", "dashboards", "lineage", "scores", "coverage", "owners", "sensitive", "findings", "method"]) {
      await page.to(`#${view}`);
    }
    await page.to("#findings");
    await page.fill("#find-text", "img");
    assert.ok(await found(page) > 0, "the names are in findings");
    await page.to("#lineage");
    await page.fill("#lineage-search", "img");
    await page.press("#lineage-search", "Enter");
    await page.settled();
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    assert.equal(await page.locator("main img, main svg[onload], main iframe").count(), 0);
    const harmful = /[\u202a-\u202e\u2066-\u2069\u2028\u001b]/;
    assert.ok(!harmful.test(await page.evaluate(() => document.body.textContent)));
    const links = await page.locator("a").evaluateAll((all) => all.map((link) => link.protocol));
    assert.deepEqual([...new Set(links)], ["file:"]);
    await page.done();
  },

  async "nothing is wider than the screen, at any width and in both themes"() {
    for (const width of [1280, 390]) for (const theme of ["light", "dark"]) {
      const page = await open("shop", "", { width, theme });
      for (const view of ["overview", "worklist", "dashboards", "lineage", "scores", "coverage", "owners", "sensitive", "findings", "method"]) {
        await page.to(`#${view}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${view} at ${width}`);
        if (process.env.SCREENSHOTS) {
          mkdirSync(process.env.SCREENSHOTS, { recursive: true });
          await page.screenshot({ path: join(process.env.SCREENSHOTS, `${view}-${width}-${theme}.png`) });
        }
      }
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const before = await paper();
      await page.click("#theme");
      assert.notEqual(await paper(), before);
      await page.done();
    }
  },

  async "pictures for the README are taken on demand"() {
    if (!process.env.PICTURES) return;
    for (const view of ["overview", "lineage"]) {
      const page = await open("shop", `#${view}`);
      await page.setViewportSize({ width: 1280, height: 860 });
      await page.screenshot({ path: join(process.env.PICTURES, `audit-${view}.png`) });
      await page.done();
    }
  },

  async "without its script the page is complete but for lineage and findings"() {
    const plain = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS });
    const page = await plain.newPage({ javaScriptEnabled: false });
    await page.goto(pathToFileURL(join(folder, "shop.html")).href);
    for (const view of ["overview", "worklist", "dashboards", "scores", "coverage", "owners", "sensitive", "method"]) {
      assert.ok(await page.locator(`#${view}`).isVisible(), view);
    }
    assert.ok(await page.locator("#lineage .needs-script").isVisible());
    await plain.close();
  },

  async "print has every section but the picture and the list"() {
    const page = await open("shop");
    await page.emulateMedia({ media: "print" });
    for (const view of ["overview", "worklist", "dashboards", "scores", "coverage", "owners", "sensitive", "method"]) {
      assert.ok(await page.locator(`#${view}`).isVisible(), view);
    }
    for (const hidden of ["nav", "#lineage", "#findings", "#theme"]) assert.ok(!await page.locator(hidden).isVisible(), hidden);
    await page.done();
  },

  async "5,000 models are there within 2 seconds and 10 MB"() {
    assert.ok(statSync(join(folder, "large.html")).size <= BYTES);
    // The best of three: what else the machine does is not the page's.
    let best = Infinity;
    for (let run = 0; run < 3; run += 1) {
      const start = performance.now();
      const page = await open("large", "#lineage");
      await page.waitForSelector(".node");
      best = Math.min(best, (performance.now() - start) / 1000);
      assert.ok(page.json().counts.models >= 5000);
      await page.done();
    }
    console.log(`     ${best.toFixed(2)} s, ${(statSync(join(folder, "large.html")).size / 1e6).toFixed(1)} MB`);
    assert.ok(best <= SECONDS, `${best} s`);
  },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n${error.stack}`);
  }
}
await context.close();
process.exit(failed ? 1 : 0);
