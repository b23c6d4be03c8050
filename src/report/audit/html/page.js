"use strict";
// Adds to a page that is complete without it: views, search, filters, the list of findings, the picture of the lineage.
// Whatever comes from the project goes through textContent: no text ever becomes markup.
(() => {
  const SIGNS = [["none", "", "no findings"], ["info", "●", "info"], ["warning", "▲", "warning"], ["error", "◆", "error"]];
  const GAPS = ["description", "test", "owner", "lineage (orphaned)", "freshness check"];
  const EFFORTS = [["●○○", "small"], ["●●○", "medium"], ["●●●", "large"]];
  // What coverage counts, as the bit of what is missing and the word for it.
  const MISSING = { documented: [1, "without a description"], tested: [2, "without a test"], owned: [4, "without an owner"], fresh: [16, "whose freshness nobody checks"] };
  const KINDS = { model: "model", source: "source table", seed: "seed", snapshot: "snapshot", exposure: "exposure" };
  const [PAGE, FIRST] = [100, 30];
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;

  /** An element with properties, listeners and children; strings become text. */
  function el(tag, properties = {}, ...children) {
    const svg = ["svg", "g", "rect", "path", "text", "tspan", "title"].includes(tag);
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }
  const sign = (level, count = "") => level === 0 ? null : el("span", { class: `sign ${SIGNS[level][0]}` },
    el("i", { "aria-hidden": "true" }, SIGNS[level][1]), el("span", { class: "sr" }, SIGNS[level][2]), String(count));
  const option = (value, text) => el("option", { value }, text);
  const link = (view, parameters) => `#${view}?${new URLSearchParams(parameters)}`;
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const count = (number, word) => `${grouped(number)} ${word}${number === 1 ? "" : "s"}`;

  // ---- Data: read when it is first asked for.

  let loaded = null;
  function load() {
    if (loaded) return loaded;
    const data = JSON.parse($("data").textContent);
    const size = data.nodes.name.length;
    data.parents = Array.from({ length: size }, () => []);
    data.children = Array.from({ length: size }, () => []);
    for (let at = 0; at < data.edges.length; at += 2) {
      data.children[data.edges[at]].push(data.edges[at + 1]);
      data.parents[data.edges[at + 1]].push(data.edges[at]);
    }
    data.nodesOf = Array.from({ length: data.findings.rule.length }, () => []);
    data.nodes.findings.forEach((findings, node) => findings.forEach((finding) => data.nodesOf[finding].push(node)));
    data.at = new Map(data.nodes.id.map((id, at) => [id, at]));
    data.order = [...data.findings.rule.keys()].sort((a, b) => data.findings.risk[b] - data.findings.risk[a] || a - b);
    loaded = data;
    return data;
  }
  const subject = (data, finding) => {
    const at = data.findings.subject[finding];
    return at < 0 ? data.findings.texts[-1 - at] : data.nodes.name[at];
  };
  const text = (data, finding, column) =>
    data.findings.texts[data.findings[column][finding]].split("\u0001").join(subject(data, finding));

  /** A sentence, in which names and code stand between backticks. */
  const prose = (words) => words.split("`").map((part, at, all) => {
    if (at % 2 === 0) return part;
    return at === all.length - 1 ? `\`${part}` : el("code", {}, part);
  });

  /** What is upstream or downstream, by how many steps away, the nearest first. */
  function reach(next, start, most = Infinity) {
    const steps = new Map([[start, 0]]);
    for (const node of steps.keys()) {
      if (steps.get(node) < most) for (const other of next[node]) if (!steps.has(other)) steps.set(other, steps.get(node) + 1);
    }
    return steps;
  }

  // ---- Views: the part of the address after # says which one, after ? what of it.

  const views = new Map([...document.querySelectorAll(".view")].map((view) => [view.id, view]));
  let parameters = new URLSearchParams();
  function route(moved) {
    const [anchor, query = ""] = location.hash.slice(1).split("?");
    parameters = new URLSearchParams(query);
    const target = anchor ? $(anchor) : null;
    const view = (target && target.closest(".view")) || views.get("overview");
    for (const other of views.values()) other.classList.toggle("current", other === view);
    for (const item of document.querySelectorAll("nav a")) {
      if (item.hash !== `#${view.id}`) item.removeAttribute("aria-current");
      else {
        item.setAttribute("aria-current", "page");
        const bar = item.parentElement;
        bar.scrollLeft = item.offsetLeft - (bar.clientWidth - item.offsetWidth) / 2;
      }
    }
    if (view.id === "findings") showFindings();
    if (view.id === "lineage") showLineage();
    if (view.id === "worklist") showWorklist();
    if (view.id === "coverage") showMissing();
    root.dataset.shown = location.hash;
    if (!moved) return;
    if (target && target !== view) target.scrollIntoView();
    else if (view.id !== "lineage" || !query) scrollTo(0, 0);
    if (!["findings", "lineage"].includes(view.id)) view.focus({ preventScroll: true });
  }
  function go(view, changes) {
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") parameters.delete(name);
      else parameters.set(name, value);
    }
    const query = parameters.toString();
    location.hash = query ? `${view}?${query}` : view;
  }

  // ---- Findings.

  let tooled = false;
  function findingTools(data) {
    if (tooled) return;
    tooled = true;
    $("findings-tools").hidden = false;
    const used = new Map();
    data.findings.rule.forEach((rule) => used.set(rule, (used.get(rule) || 0) + 1));
    const rules = data.rules.map((rule, at) => ({ ...rule, found: used.get(at) || 0 })).filter((rule) => rule.found);
    $("find-rule").append(option("", "All"), ...rules.map((rule) => option(rule.code, `${rule.code} ${rule.slug} (${rule.found})`)));
    $("find-severity").append(option("", "All"), ...["error", "warning", "info"].map((word) => option(word, word)));
    $("find-owner").append(option("", "All"), ...data.owners.map((name) => option(name, name)), option("-", "nobody"));
    const folders = [...new Set(data.nodes.findings.flatMap((found, at) => found.length ? [data.nodes.folder[at]] : []))];
    const names = folders.map((at) => data.folders[at]).sort();
    $("find-folder").append(option("", "All"), ...names.map((name) => option(name || "/", name || "top folder")));
    for (const [id, name] of [["find-rule", "rule"], ["find-severity", "severity"], ["find-owner", "owner"], ["find-folder", "folder"]]) {
      $(id).addEventListener("change", (event) => go("findings", { [name]: event.target.value, page: null }));
    }
    $("find-text").addEventListener("input", (event) => {
      parameters.set("text", event.target.value);
      parameters.delete("page");
      history.replaceState(null, "", `#findings?${parameters}`);
      listFindings(data);
    });
  }

  /** Each condition of the address, as a test of a finding and words for it. */
  function conditions(data) {
    const { findings, nodes } = data;
    const some = (finding, test) => data.nodesOf[finding].some(test);
    const others = (part, name) => new Set(data.others[part][name] || []);
    const among = (set) => (finding) => set.has(finding);
    const of = (name) => findings.rule.reduce((set, rule, at) => data.rules[rule][name] === parameters.get(name) ? set.add(at) : set, new Set());
    const tests = {
      text: (value) => {
        const words = value.toLowerCase().split(/\s+/).filter(Boolean);
        return [null, (finding) => {
          const line = [subject(data, finding), text(data, finding, "message"), text(data, finding, "path"),
            data.rules[findings.rule[finding]].code, data.rules[findings.rule[finding]].slug].join(" ").toLowerCase();
          return words.every((word) => line.includes(word));
        }];
      },
      rule: (value) => [null, (finding) => data.rules[findings.rule[finding]].code === value],
      severity: (value) => [null, (finding) => SIGNS[findings.severity[finding]][0] === value],
      owner: (value) => {
        const at = value === "-" ? null : data.owners.indexOf(value);
        const more = others("owner", value);
        return [null, (finding) => more.has(finding) || some(finding, (node) => nodes.owner[node] === at)];
      },
      folder: (value) => {
        const name = value === "/" ? "" : value;
        const [at, more] = [data.folders.indexOf(name), others("folder", name)];
        return [null, (finding) => more.has(finding) || some(finding, (node) => nodes.folder[node] === at)];
      },
      layer: (value) => {
        const more = others("layer", value);
        return [`layer: ${value}`, (finding) => more.has(finding) || some(finding, (node) => data.layers[nodes.layer[node]] === value)];
      },
      trap: (value) => [`trap: ${value}`, among(of("trap"))],
      action: (value) => [`action: ${data.actions.what[value] || "none"}`,
        among(new Set([...(data.actions.clears[value] || []), ...(data.actions.eases[value] || [])]))],
      above: (value) => {
        const above = data.at.has(value) ? reach(data.parents, data.at.get(value)) : new Map();
        return [`on ${value} and all upstream`, (finding) => some(finding, (node) => above.has(node))];
      },
      node: (value) => [`on ${value}`, (finding) => some(finding, (node) => nodes.id[node] === value)],
      finding: (value) => ["one finding", (finding) => finding === Number(value)],
      new: () => ["new since the earlier audit", among(new Set(data.new || []))],
    };
    return [...parameters].filter(([name, value]) => tests[name] && value).map(([name, value]) => [name, ...tests[name](value)]);
  }

  function showFindings() {
    const data = load();
    findingTools(data);
    for (const name of ["text", "rule", "severity", "owner", "folder"]) $(`find-${name}`).value = parameters.get(name) || "";
    listFindings(data);
  }
  function listFindings(data) {
    const all = conditions(data);
    const found = data.order.filter((finding) => all.every(([, , test]) => test(finding)));
    const chips = all.filter(([, words]) => words).map(([name, words]) =>
      el("button", { type: "button", class: "chip", title: "Remove", click: () => go("findings", { [name]: null, page: null }) }, `${words} ×`));
    if (all.length) chips.push(el("a", { href: "#findings" }, "Show all"));
    $("findings-chips").replaceChildren(...chips);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const page = Math.min(Math.max(Number(parameters.get("page")) || 1, 1), pages);
    const shown = found.slice((page - 1) * PAGE, page * PAGE);
    $("findings-count").textContent = all.length ? `${grouped(found.length)} of ${count(data.order.length, "finding")}` : count(found.length, "finding");
    $("findings-list").replaceChildren(...shown.map((finding) => findingRow(data, finding)));
    const turn = (words, to) => el("button", { type: "button", click: () => { go("findings", { page: to }); $("findings-count").scrollIntoView(); } }, words);
    $("findings-pages").replaceChildren(...(pages === 1 ? [] : [
      page > 1 ? turn("Previous", page - 1) : null, `Page ${page} of ${pages}`, page < pages ? turn("Next", page + 1) : null].filter(Boolean)));
  }
  function findingRow(data, finding) {
    const { findings } = data;
    const rule = data.rules[findings.rule[finding]];
    const at = findings.subject[finding];
    const line = findings.line[finding];
    return el("div", { class: "finding" }, sign(findings.severity[finding]),
      el("div", {}, el("p", {}, el("b", {}, ...prose(text(data, finding, "message")))), el("p", { class: "help" }, ...prose(text(data, finding, "help"))),
        el("p", { class: "where" }, el("span", { title: rule.summary }, `${rule.code} ${rule.slug}`),
          el("code", {}, text(data, finding, "path") + (line ? `:${line}` : "")),
          at < 0 ? null : el("a", { href: link("lineage", { node: data.nodes.id[at] }) }, "in the lineage"),
          el("span", {}, ...prose(text(data, finding, "why"))))),
      el("span", { class: "risk", title: "Risk" }, findings.risk[finding].toFixed(1)));
  }

  // ---- Worklist: all of it, by owner and effort.

  function showWorklist() {
    if ($("worklist-tools").firstChild) return;
    const { actions } = load();
    const owners = [...new Set(actions.owner)].filter(Boolean).sort();
    const owner = el("select", { change: list }, option("", "All"), ...owners.map((name) => option(name, name)), option("-", "nobody yet"));
    const effort = el("select", { change: list }, option("", "All"), ...EFFORTS.map(([, word], at) => option(at, word)));
    const words = el("input", { type: "search", input: list });
    const status = el("p", { role: "status", class: "quiet" });
    const more = el("button", { type: "button", click: () => { shown += PAGE; list(); } }, "Show more");
    $("worklist-tools").append(el("div", { class: "tools" }, el("label", {}, "Search ", words), el("label", {}, "Owner ", owner), el("label", {}, "Effort ", effort)), status);
    const body = document.querySelector("#worklist tbody");
    if (!body) return;
    let shown = PAGE;
    const total = actions.risk.reduce((sum, risk) => sum + risk, 0);
    body.closest(".scroll").after(el("p", {}, more));
    if ($("worklist-rest")) $("worklist-rest").hidden = true;
    list();
    function list(event) {
      if (event) shown = PAGE;
      const wanted = words.value.toLowerCase();
      const found = [...actions.risk.keys()].filter((at) => (!owner.value || (actions.owner[at] || "-") === owner.value)
        && (!effort.value || actions.effort[at] === Number(effort.value)) && actions.what[at].toLowerCase().includes(wanted));
      const risk = found.reduce((sum, at) => sum + actions.risk[at], 0);
      status.textContent = `${count(found.length, "action")}, ${total ? Math.round(risk / total * 100) : 0} % of all risk`;
      body.replaceChildren(...found.slice(0, shown).map((at) => actionRow(actions, at, total)));
      more.hidden = found.length <= shown;
    }
  }
  function actionRow(actions, at, total) {
    const [dots, word] = EFFORTS[actions.effort[at]];
    const share = total ? actions.risk[at] / total * 100 : 0;
    return el("tr", {}, el("td", { class: "num quiet" }, String(at + 1)),
      el("td", {}, actions.urgent[at] ? el("span", { class: "urgent" }, `cannot wait: ${actions.urgent[at]}`) : null,
        el("span", { class: "what" }, ...prose(actions.what[at])), " ",
        el("a", { class: "clears", href: link("findings", { action: at }) }, ...prose(actions.effects[actions.effect[at]]))),
      el("td", { "data-label": "Owner", class: actions.owner[at] ? "" : "quiet" }, actions.owner[at] || "nobody yet"),
      el("td", { "data-label": "Effort" }, el("span", { class: "effort" }, el("i", { "aria-hidden": "true" }, dots), ` ${word} `, el("span", { class: "quiet" }, count(actions.places[at], "place")))),
      el("td", { class: "num", "data-label": "Risk" }, actions.risk[at].toFixed(1)),
      el("td", { class: "num", "data-label": "Of all risk" }, share > 0 && share < 1 ? "< 1 %" : `${share.toFixed(0)} %`));
  }

  // ---- Coverage: what is not covered.

  function showMissing() {
    const [measure, kind] = [MISSING[parameters.get("missing")], KINDS[parameters.get("of")]];
    if (!measure || !kind) return void $("missing").replaceChildren();
    const { nodes, owners, layers, folders } = load();
    const wanted = (name, of) => !parameters.has(name) || of === parameters.get(name);
    const found = [...nodes.id.keys()].filter((at) => nodes.gaps[at] & measure[0] && nodes.id[at].startsWith(`${parameters.get("of")}.`)
      && wanted("owner", nodes.owner[at] === null ? "-" : owners[nodes.owner[at]])
      && wanted("layer", layers[nodes.layer[at]]) && wanted("folder", folders[nodes.folder[at]] || "/"))
      .sort((a, b) => nodes.dashboards[b] - nodes.dashboards[a] || nodes.downstream[b] - nodes.downstream[a]);
    const part = ["owner", "layer", "folder"].filter((name) => parameters.has(name)).map((name) => `, ${name} ${parameters.get(name) === "-" ? "nobody" : parameters.get(name)}`);
    const feeds = (at) => [[nodes.dashboards[at], "dashboard"], [nodes.downstream[at], "model"]].filter(([size]) => size).map(([size, word]) => count(size, word)).join(", ");
    const row = (at) => el("li", {}, el("a", { href: link("lineage", { node: nodes.id[at] }) }, nodes.name[at]),
      feeds(at) && kind !== "exposure" ? el("span", { class: "quiet" }, ` feeds ${feeds(at)}`) : null);
    const list = el("ul", { class: "columned" }, ...found.slice(0, FIRST).map(row));
    const rest = el("button", { type: "button", click: () => { list.append(...found.slice(FIRST).map(row)); rest.remove(); } }, `Show all ${grouped(found.length)}`);
    $("missing").replaceChildren(el("div", { class: "card" },
      el("p", {}, el("b", {}, `${count(found.length, kind)} ${measure[1]}${part.join("")}`), el("span", { class: "quiet" }, ", what feeds most first")),
      list, el("p", { class: "buttons" }, found.length > FIRST ? rest : null, el("a", { href: "#coverage" }, "Close this list"))));
  }

  // ---- Tables that can be sorted, and what is upstream of a dashboard.

  function sortable(table) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      heading.tabIndex = 0;
      const sort = () => {
        const down = heading.getAttribute("aria-sort") !== "descending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => {
          const cell = row.cells[column];
          return cell.dataset.sort ?? cell.textContent.replace(/\s/g, "");
        };
        const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
        const numbers = rows.every(([value]) => value === "–" || value === "" || !Number.isNaN(parseFloat(value)));
        rows.sort(([a], [b]) => numbers ? (parseFloat(a) || 0) - (parseFloat(b) || 0) : a.localeCompare(b));
        if (down) rows.reverse();
        table.tBodies[0].append(...rows.map(([, row]) => row));
      };
      heading.addEventListener("click", sort);
      heading.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
    });
  }
  function upstream(paragraph) {
    const list = () => {
      const data = load();
      const steps = [...reach(data.parents, Number(paragraph.dataset.node))].slice(1);
      const row = ([node, away]) => el("li", {}, el("a", { href: link("lineage", { node: data.nodes.id[node] }) }, data.nodes.name[node]),
        el("span", { class: "quiet" }, ` ${data.layers[data.nodes.layer[node]]}, ${count(away, "step")} away `), ...lacks(data, node));
      paragraph.append(el("ul", {}, ...steps.map(row)));
      button.remove();
    };
    const button = el("button", { type: "button", click: list }, "List them here");
    if (paragraph.dataset.node) paragraph.append(" ", button);
  }
  const lacks = (data, node) => GAPS.filter((_, bit) => data.nodes.gaps[node] & (1 << bit)).map((gap) => el("span", { class: "gap" }, `no ${gap}`));

  // ---- Lineage.

  const [HEIGHT, DOWN, TALL] = [48, 12, 16];
  // A box is as wide as its words and columns stand apart as there is room, within these; and a picture is not made smaller
  // than what can be read.
  const [NARROW, WIDE, ABOUT, CLOSE, APART, SMALLEST] = [70, 330, 165, 28, 90, 0.92];
  const MOST = 40;
  const lineage = { scale: 1, chosen: null, items: [], edges: [], depth: 2 };

  function lineageTools(data) {
    if (!$("lineage-tools").hidden) return;
    for (const id of ["lineage-tools", "lineage-bar", "picture", "legend"]) $(id).hidden = false;
    $("lineage-owner").append(option("", "All"), ...data.owners.map((name, at) => option(at, name)), option("-", "nobody"));
    $("lineage-layer").append(option("", "All"), ...data.layers.map((name, at) => option(at, name)));
    $("lineage-severity").append(option("", "All"), option(3, "error"), option(2, "warning and worse"), option(1, "any finding"));
    for (const id of ["lineage-owner", "lineage-layer", "lineage-severity"]) $(id).addEventListener("change", () => draw(data));
    $("fewer").addEventListener("click", () => go("lineage", { steps: Math.max(1, lineage.depth - 1) }));
    $("deeper").addEventListener("click", () => go("lineage", { steps: Math.min(5, lineage.depth + 1) }));
    $("zoom-in").addEventListener("click", () => zoom(lineage.scale * 1.25));
    $("zoom-out").addEventListener("click", () => zoom(lineage.scale / 1.25));
    $("zoom-fit").addEventListener("click", () => zoom(Math.max(0.8, Math.min($("canvas").clientWidth / lineage.width, $("canvas").clientHeight / lineage.height))));
    $("canvas").addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(lineage.scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
    }, { passive: false });
    search(data);
    dragging($("canvas"));
  }
  function search(data) {
    const [input, hits] = [$("lineage-search"), $("lineage-hits")];
    let chosen = 0;
    const close = () => { hits.hidden = true; input.setAttribute("aria-expanded", "false"); };
    const open = (node) => { close(); input.value = ""; location.hash = link("lineage", { node: data.nodes.id[node] }); };
    const mark = () => [...hits.children].forEach((hit, at) => hit.setAttribute("aria-selected", String(at === chosen)));
    const find = () => {
      const wanted = input.value.trim().toLowerCase();
      const place = (node) => data.nodes.name[node].toLowerCase().indexOf(wanted);
      const found = wanted ? [...data.nodes.name.keys()].filter((node) => place(node) >= 0)
        .sort((a, b) => place(a) - place(b) || data.nodes.name[a].length - data.nodes.name[b].length).slice(0, 20) : [];
      hits.replaceChildren(...found.map((node) => el("li", { role: "option", mousedown: (event) => { event.preventDefault(); open(node); } },
        data.nodes.name[node], el("span", { class: "quiet" }, ` ${data.layers[data.nodes.layer[node]]} · ${data.folders[data.nodes.folder[node]]}`))));
      if (wanted && !found.length) hits.append(el("li", { class: "quiet" }, "nothing has that name"));
      chosen = 0;
      mark();
      hits.hidden = !wanted;
      input.setAttribute("aria-expanded", String(!hits.hidden));
      hits.nodes = found;
    };
    input.addEventListener("input", find);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const size = hits.nodes ? hits.nodes.length : 0;
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && size) open(hits.nodes[chosen]);
      else if (event.key === "ArrowDown" && size) chosen = (chosen + 1) % size;
      else if (event.key === "ArrowUp" && size) chosen = (chosen + size - 1) % size;
      else return;
      event.preventDefault();
      mark();
    });
  }
  function dragging(canvas) {
    let from = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && !event.target.closest(".node")) from = [event.clientX + canvas.scrollLeft, event.clientY + canvas.scrollTop];
    });
    addEventListener("pointermove", (event) => {
      canvas.classList.toggle("dragged", from !== null);
      if (from) canvas.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
    });
    addEventListener("pointerup", () => { from = null; });
  }

  function showLineage() {
    const data = load();
    lineageTools(data);
    const node = data.at.get(parameters.get("node"));
    lineage.chosen = null;
    $("picture").classList.toggle("wide", node === undefined);
    if (node === undefined) groupView(data, Math.min(Number(parameters.get("group")) || 0, data.groups.length - 1));
    else nodeView(data, node);
    place(data, $("canvas").clientWidth);
    lineage.scale = Math.max(SMALLEST, Math.min(1, $("canvas").clientWidth / lineage.width));
    draw(data);
    if (node !== undefined) choose(data, lineage.items.find((item) => item.centre), true);
    else $("panel").replaceChildren(...groupPanel(data, lineage.group));
    if (lineage.items.length && !lineage.chosen) lineage.items[0].shape.setAttribute("tabindex", "0");
    if (node === undefined) $("canvas").scrollTo(0, Math.max(0, lineage.height * lineage.scale - $("canvas").clientHeight) / 2);
  }
  /** A view that was laid out with the page. */
  function groupView(data, at) {
    const group = data.groups[at];
    const items = group.items.map((item, index) => ({
      node: item >= 0 ? item : null, group: item < 0 ? -item : null,
      column: group.columns[index], row: group.rows[index], outside: index >= group.inside,
    }));
    const edges = [];
    for (let edge = 0; edge < group.edges.length; edge += 3) edges.push(group.edges.slice(edge, edge + 3));
    Object.assign(lineage, { items, edges, group: at });
    lineage.parent = at ? link("lineage", { group: group.parent }) : null;
    $("steps").hidden = true;
    crumbs(data, at, group.more ? `${count(group.more, "folder")} or models around it are not shown` : "");
  }
  /** A resource and what is within some steps of it, in the columns of the whole lineage. */
  function nodeView(data, node) {
    const above = parameters.get("above") === "1";
    lineage.depth = Math.min(Math.max(Number(parameters.get("steps")) || 2, 1), 5);
    const near = (next, most) => {
      const all = [...reach(next, node, most)].slice(1);
      const weight = ([other, steps]) => steps * 10 - data.nodes.severity[other];
      return [all.map((pair) => [weight(pair), pair[0]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, above ? 4 * MOST : MOST).map(([, other]) => other), all.length];
    };
    const [up, ups] = near(data.parents, above ? Infinity : lineage.depth);
    const [down, downs] = above ? [[], 0] : near(data.children, lineage.depth);
    const shown = [node, ...up, ...down];
    const ranks = [...new Set(shown.map((other) => data.nodes.rank[other]))].sort((a, b) => a - b);
    const items = shown.map((other) => ({ node: other, group: null, column: ranks.indexOf(data.nodes.rank[other]), row: data.nodes.row[other], centre: other === node }));
    const at = new Map(shown.map((other, index) => [other, index]));
    const edges = shown.flatMap((parent, from) => data.children[parent].filter((child) => at.has(child)).map((child) => [from, at.get(child), 1]));
    Object.assign(lineage, { items, edges, group: null });
    lineage.parent = link("lineage", { group: data.nodes.group[node] });
    $("steps").hidden = above;
    $("depth").textContent = String(lineage.depth);
    const hidden = ups - up.length + downs - down.length;
    crumbs(data, data.nodes.group[node], hidden ? `${hidden} more within reach are not shown` : "", node);
  }
  function crumbs(data, at, note, node) {
    const path = [];
    for (let group = at; group !== 0; group = data.groups[group].parent) path.unshift(group);
    const step = (words, to) => el("button", { type: "button", click: () => { location.hash = to; } }, words);
    const parts = [step("All folders", "#lineage")];
    for (const group of path) {
      const [name, around] = [data.groups[group].label, data.groups[data.groups[group].parent].label];
      parts.push(" › ", step(name.startsWith(around) ? name.slice(around.length).replace(/^[/: ]+/, "") : name, link("lineage", { group })));
    }
    if (node !== undefined) parts.push(" › ", el("b", {}, data.nodes.name[node]));
    if (note) parts.push(el("span", { class: "quiet" }, ` · ${note}`));
    $("crumbs").replaceChildren(...parts);
  }
  /** Columns and rows become places; a tall column stands in several beside each other. */
  function place(data, room) {
    const columns = [];
    for (const item of lineage.items) {
      item.words = words(data, item);
      (columns[item.column] ||= { items: [] }).items.push(item);
    }
    const used = columns.filter(Boolean);
    for (const column of used) {
      column.items.sort((a, b) => a.row - b.row);
      column.parts = Math.ceil(column.items.length / TALL);
      const needed = column.items.flatMap(({ words: [name, about] }) => [measured(name, 14), Math.min(measured(about, 12) + 14, ABOUT)]);
      column.width = Math.min(WIDE, Math.max(NARROW, ...needed) + 22);
    }
    const wide = used.reduce((sum, { parts, width }) => sum + parts * (width + DOWN) - DOWN, 24);
    const across = Math.min(APART, Math.max(CLOSE, (room / SMALLEST - wide) / Math.max(1, used.length - 1)));
    const tallest = Math.min(TALL, Math.max(1, ...used.map((column) => column.items.length)));
    let x = 12;
    for (const { items, parts, width } of used) {
      const size = Math.ceil(items.length / parts);
      items.forEach((item, at) => {
        const inPart = Math.min(size, items.length - Math.floor(at / size) * size);
        item.width = width;
        item.x = x + Math.floor(at / size) * (width + DOWN);
        item.y = 12 + ((tallest - inPart) / 2 + at % size) * (HEIGHT + DOWN);
      });
      x += parts * (width + DOWN) - DOWN + across;
    }
    Object.assign(lineage, { width: Math.ceil(x - across + 12), height: tallest * (HEIGHT + DOWN) + 12 });
  }
  /** How wide words are in the page's font. */
  const pen = document.createElement("canvas").getContext("2d");
  function measured(words, size) {
    pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    return pen.measureText(words).width;
  }
  /** What a box says: a name, and below it what that is. */
  function words(data, item) {
    if (item.group === null) {
      const found = data.nodes.findings[item.node].length;
      return [data.nodes.name[item.node], data.layers[data.nodes.layer[item.node]] + (found ? ` · ${count(found, "finding")}` : "")];
    }
    const { label, size } = data.groups[item.group];
    const path = label.replace(/\/\*$/, "");
    const cut = path.includes(": ") ? path.indexOf(": ") : path.includes(" … ") ? -1 : path.lastIndexOf("/");
    if (cut < 0) return [path, count(size, "resource")];
    return [path.slice(cut + 1).trim(), `${grouped(size)} in ${path.slice(0, cut)}`];
  }
  /** Words that fit, and an ellipsis for the rest. */
  function fitting(words, size, width) {
    if (measured(words, size) <= width) return words;
    let length = words.length - 1;
    while (length > 1 && measured(`${words.slice(0, length)}…`, size) > width) length -= 1;
    return `${words.slice(0, length)}…`;
  }
  function zoom(scale) {
    lineage.scale = Math.max(0.15, Math.min(2.5, scale));
    const svg = $("canvas").firstChild;
    svg.setAttribute("width", lineage.width * lineage.scale);
    svg.setAttribute("height", lineage.height * lineage.scale);
    const canvas = $("canvas");
    $("beyond").hidden = canvas.scrollWidth <= canvas.clientWidth + 1 && canvas.scrollHeight <= canvas.clientHeight + 1;
  }

  function matcher(data) {
    const [owner, layer, severity] = ["lineage-owner", "lineage-layer", "lineage-severity"].map((id) => $(id).value);
    if (!owner && !layer && !severity) return null;
    const wanted = owner === "-" ? null : Number(owner);
    return (node) => (!owner || data.nodes.owner[node] === wanted) && (!layer || data.nodes.layer[node] === Number(layer))
      && (!severity || data.nodes.severity[node] >= Number(severity));
  }
  const within = (data, group) => {
    const inside = (at) => { while (at !== group && at !== 0) at = data.groups[at].parent; return at === group; };
    return [...data.nodes.group.keys()].filter((node) => inside(data.nodes.group[node]));
  };
  function draw(data) {
    const matches = matcher(data);
    const path = ([from, to, weight]) => {
      const [a, b] = [lineage.items[from], lineage.items[to]];
      const back = b.x <= a.x;
      const [x1, y1, x2, y2] = [a.x + a.width, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2];
      const bend = back ? 60 : Math.max(30, (x2 - x1) / 2);
      return el("path", { class: "edge", "stroke-width": (1 + Math.log2(weight) * 0.8).toFixed(1), d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
    };
    lineage.paths = lineage.edges.map(path);
    lineage.items.forEach((item) => { item.shape = box(data, item, matches); });
    const many = lineage.edges.length > 100;
    const svg = el("svg", { class: many ? "many" : null, viewBox: `0 0 ${lineage.width} ${lineage.height}`, role: "group", "aria-label": "Lineage, from what is read on the left to what reads it on the right" },
      ...lineage.paths, ...lineage.items.map((item) => item.shape));
    $("canvas").replaceChildren(svg);
    zoom(lineage.scale);
    if (lineage.chosen) choose(data, lineage.chosen, false);
  }
  function box(data, item, matches) {
    const folder = item.group !== null;
    const [name, plain] = item.words;
    const full = folder ? data.groups[item.group].label : data.nodes.name[item.node];
    const severity = folder ? data.groups[item.group].severity : data.nodes.severity[item.node];
    const all = folder ? data.groups[item.group].size : 1;
    const found = !matches ? all : folder ? within(data, item.group).filter(matches).length : Number(matches(item.node));
    const about = folder && matches ? `${grouped(found)} of ${grouped(all)}` : plain;
    const dim = found === 0;
    const room = item.width - 20;
    return el("g", {
      class: `node${folder ? " folder" : ""}${item.outside ? " outside" : ""}${dim ? " dim" : ""}`, role: "button", tabindex: "-1",
      transform: `translate(${item.x} ${item.y})`, "aria-label": `${full}, ${about}, ${SIGNS[severity][2]}${dim ? ", filtered out" : ""}`,
      click: () => { if (folder || lineage.chosen === item) openItem(data, item); else choose(data, item, true); },
      keydown: (event) => key(data, item, event),
      focus: () => { if (lineage.chosen !== item) choose(data, item, false); },
    }, el("title", {}, full), el("rect", { width: item.width, height: HEIGHT, rx: folder ? 4 : 8 }),
    el("text", { x: 10, y: 20 }, fitting(name, 14, room)),
    el("text", { x: 10, y: 38, class: "small" }, severity ? el("tspan", { class: SIGNS[severity][0] }, `${SIGNS[severity][1]} `) : "", fitting(about, 12, room - 14)));
  }
  function openItem(data, item) {
    location.hash = item.group !== null ? link("lineage", { group: item.group }) : link("lineage", { node: data.nodes.id[item.node] });
  }
  function choose(data, item, focus) {
    lineage.chosen = item;
    if (item.node !== null) $("picture").classList.remove("wide");
    const at = lineage.items.indexOf(item);
    lineage.items.forEach((other) => { other.shape.classList.toggle("chosen", other === item); other.shape.setAttribute("tabindex", other === item ? "0" : "-1"); });
    lineage.edges.forEach(([from, to], edge) => lineage.paths[edge].classList.toggle("on", from === at || to === at));
    const canvas = $("canvas");
    const [x, y] = [item.x * lineage.scale, item.y * lineage.scale];
    if (focus || document.activeElement === item.shape) {
      const outside = x < canvas.scrollLeft || x + item.width * lineage.scale > canvas.scrollLeft + canvas.clientWidth
        || y < canvas.scrollTop || y + HEIGHT * lineage.scale > canvas.scrollTop + canvas.clientHeight;
      const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
      if (outside) canvas.scrollTo({ left: x - (canvas.clientWidth - item.width * lineage.scale) / 2, top: y - (canvas.clientHeight - HEIGHT * lineage.scale) / 2, behavior });
      if (document.activeElement !== item.shape) item.shape.focus({ preventScroll: true });
    }
    $("panel").replaceChildren(...(item.group !== null ? groupPanel(data, item.group) : nodePanel(data, item.node)));
  }
  function key(data, item, event) {
    const at = lineage.items.indexOf(item);
    const linked = (side) => lineage.edges.filter((edge) => edge[side] === at).map((edge) => lineage.items[edge[1 - side]]);
    const nearest = (items) => items.sort((a, b) => Math.abs(a.y - item.y) - Math.abs(b.y - item.y))[0];
    const column = (direction) => nearest(lineage.items.filter((other) => other.x === item.x && (other.y - item.y) * direction > 0));
    const moves = { ArrowRight: () => nearest(linked(0)), ArrowLeft: () => nearest(linked(1)), ArrowUp: () => column(-1), ArrowDown: () => column(1) };
    if (event.key === "Enter" || event.key === " ") openItem(data, item);
    else if (event.key === "Escape" && lineage.parent) location.hash = lineage.parent;
    else if (event.key === "+") zoom(lineage.scale * 1.25);
    else if (event.key === "-") zoom(lineage.scale / 1.25);
    else if (moves[event.key]) { const to = moves[event.key](); if (to) choose(data, to, true); }
    else return;
    event.preventDefault();
  }

  function nodeLinks(data, nodes, most) {
    const rows = nodes.slice(0, most).map((node) => el("li", {}, el("a", { href: link("lineage", { node: data.nodes.id[node] }) }, data.nodes.name[node]), " ", sign(data.nodes.severity[node])));
    if (nodes.length > most) rows.push(el("li", { class: "quiet" }, `and ${grouped(nodes.length - most)} more`));
    return el("ul", {}, ...rows);
  }
  function nodePanel(data, node) {
    const { nodes } = data;
    const findings = nodes.findings[node].slice().sort((a, b) => data.findings.risk[b] - data.findings.risk[a]);
    const owner = nodes.owner[node] === null ? "nobody" : data.owners[nodes.owner[node]];
    const score = nodes.score[node] === null ? "" : ` · score ${nodes.score[node].toFixed(1)}`;
    return [el("h3", {}, nodes.name[node]),
      el("p", { class: "quiet" }, `${data.layers[nodes.layer[node]]}${score} · owner: ${owner}`), el("p", {}, el("code", {}, nodes.path[node])),
      el("p", { class: "quiet" }, `feeds ${count(nodes.dashboards[node], "dashboard")} and ${count(nodes.downstream[node], "model")}`),
      el("p", {}, ...lacks(data, node)),
      el("p", {}, el("a", { href: link("lineage", { node: nodes.id[node] }) }, "Show its neighbours")),
      el("h4", {}, count(findings.length, "finding")),
      el("ul", {}, ...findings.slice(0, 6).map((finding) => el("li", {}, sign(data.findings.severity[finding]), " ", ...prose(text(data, finding, "message"))))),
      findings.length ? el("p", {}, el("a", { href: link("findings", { node: nodes.id[node] }) }, "All its findings")) : "",
      el("h4", {}, `Reads ${data.parents[node].length}`), nodeLinks(data, data.parents[node], 8),
      el("h4", {}, `Feeds ${data.children[node].length}`), nodeLinks(data, data.children[node], 8)];
  }
  function groupPanel(data, group) {
    const inside = within(data, group);
    const levels = [3, 2, 1].map((level) => [level, inside.filter((node) => data.nodes.severity[node] === level).length]);
    const worst = inside.filter((node) => data.nodes.severity[node]).sort((a, b) => data.nodes.severity[b] - data.nodes.severity[a]
      || data.nodes.dashboards[b] - data.nodes.dashboards[a] || data.nodes.downstream[b] - data.nodes.downstream[a]);
    return [el("h3", {}, data.groups[group].label), el("p", { class: "quiet" }, count(inside.length, "resource")),
      el("p", {}, ...levels.flatMap(([level, size]) => size ? [el("span", { class: "count" }, sign(level, size))] : []), levels.some(([, size]) => size) ? "by their worst finding" : "without findings"),
      lineage.group === group ? "" : el("p", {}, el("a", { href: link("lineage", { group }) }, "Open it")),
      ...(worst.length ? [el("h4", {}, "Worst first"), nodeLinks(data, worst, 12)] : [])];
  }

  // ---- Start.

  const theme = $("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`); };
  theme.hidden = false;
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); });
  label();
  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll(".upstream").forEach(upstream);
  addEventListener("hashchange", () => route(true));
  route(location.hash.length > 1);
  root.dataset.ready = "true";
})();
