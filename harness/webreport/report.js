"use strict";
// The interactive report. All numbers are those of the records; this file only
// picks, sorts and draws them.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const percent = (x, digits = 1) => (x === null || x === undefined ? "n/a" : (100 * x).toFixed(digits) + " %");
  const points = (x) => (x > 0 ? "+" : "") + (100 * x).toFixed(1);
  const short = (x) => (x === null || x === undefined ? "n/a" : Math.abs(x) >= 1e5 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(2) : String(Math.round(x * 1000) / 1000));
  const sentence = (s) => s.charAt(0).toUpperCase() + s.slice(1).replaceAll("-", " ");

  function element(name, text, attributes = {}) {
    const e = document.createElement(name);
    if (text !== undefined) e.textContent = text;
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    return e;
  }
  function options(select, values) {
    select.replaceChildren(...values.map(([value, text]) => element("option", text, { value })));
  }

  // ---- What is chosen.
  const state = { experiment: data.experiments[0], curve: null, page: 0, clip: null };
  const setup = () => state.experiment.setup;
  const drawable = (c) => c.role === "measure" || c.role === "fusion";
  const curves = () => state.experiment.curves.filter(drawable);
  const headline = () => state.experiment.systems.find((s) => s.headline);
  const alone = (strategy) => state.experiment.systems.find((s) => !s.measure && s.fusion === strategy);

  function chooseExperiment() {
    state.experiment = data.experiments[Number($("experiment").value)];
    const s = setup();
    $("what").textContent = `${s.title}: ${s.dataset}, ${s.split} split, n = ${s.n} clips in ${s.videos} videos, metric profile ${s.profile} (${s.quality}).`;
    $("synthetic").hidden = s.tier !== "synth";
    $("caveats").textContent = [["Hypotheses: ", s.hypotheses], ["Notes: ", s.warnings]].filter(([, list]) => list && list.length).map(([head, list]) => head + list.join("; ") + ".").join(" ");
    options($("measure"), [...new Set(curves().map((c) => c.measure))].map((m) => [m, sentence(m)]));
    $("measure").value = s.headline.measure;
    chooseMeasure();
    toChosen();
  }
  // A measure comes with the fusions that the experiment has curves for.
  function chooseMeasure() {
    const of = curves().filter((c) => c.measure === $("measure").value);
    options($("fusion"), of.map((c) => [c.fusion, sentence(c.fusion)]));
    if (of.some((c) => c.fusion === setup().headline.fusion)) $("fusion").value = setup().headline.fusion;
    chooseFusion();
  }
  function chooseFusion() {
    state.curve = curves().find((c) => c.measure === $("measure").value && c.fusion === $("fusion").value);
    state.page = 0;
    drawCharts();
    drawSystems();
    move();
  }
  function toChosen() {
    const h = headline();
    $("measure").value = setup().headline.measure;
    chooseMeasure();
    $("share").value = h ? Math.round(100 * h.deferred) : 0;
    move();
  }
  function toBest() {
    const best = state.curve.points.reduce((a, p) => (p.accuracy > a.accuracy + 1e-9 ? p : a));
    $("share").value = Math.round(100 * best.rate);
    move();
  }

  // ---- The operating point.
  const share = () => Number($("share").value) / 100;
  function point() {
    return state.curve.points.reduce((a, p) => (Math.abs(p.rate - share()) < Math.abs(a.rate - share()) ? p : a));
  }
  function move() {
    if (!state.curve) return;
    const p = point(), s = setup(), small = alone("small-only"), large = alone("large-only");
    $("shown").textContent = Math.round(100 * share()) + " %";
    $("share").setAttribute("aria-valuetext", $("shown").textContent + " of the clips escalated");
    const calls = p.first_calls + p.second_calls;
    const rows = [
      ["Accuracy", percent(p.accuracy, 2), p.lo === null ? "" : `${percent(s.level, 0)} interval ${percent(p.lo)} to ${percent(p.hi)}`],
      ["Against " + s.large + " alone", large ? points(p.accuracy - large.accuracy.value) + " points" : "n/a", large ? percent(large.accuracy.value, 2) + " alone" : ""],
      ["Against " + s.small + " alone", small ? points(p.accuracy - small.accuracy.value) + " points" : "n/a", small ? percent(small.accuracy.value, 2) + " alone" : ""],
      ["Large calls per clip", calls.toFixed(3), p.second_calls > 0 ? `of these ${p.second_calls.toFixed(3)} in round two` : ""],
    ];
    s.axes.forEach((a, i) => rows.push([a.unit, short(p.costs[i]), a.hypothesis ? "a hypothesis" : ""]));
    const monthly = calls * Number($("price").value) * Number($("volume").value), all = Number($("price").value) * Number($("volume").value);
    rows.push(["Money a month", "US$ " + monthly.toFixed(2), `US$ ${all.toFixed(2)} if every clip went to ${s.large}`]);
    $("readout").replaceChildren(...rows.map(([name, value, more]) => {
      const box = element("div");
      box.append(element("dt", name), element("dd", value));
      if (more) box.lastChild.append(element("small", more));
      return box;
    }));
    const h = headline();
    $("tuning").textContent = "A threshold read off this page is tuned on the clips it is judged on, so its accuracy is too good. " +
      (h ? `The one to quote is cross-fitted by video: ${percent(h.accuracy.value, 2)} [${percent(h.accuracy.lo)}, ${percent(h.accuracy.hi)}] at ${percent(h.deferred, 0)} escalated (${h.name}).` : "");
    for (const view of Object.values(views)) moveRule(view, p);
    drawClips();
  }

  // ---- Charts: Vega-Lite, compiled here, evaluated by the interpreter so that the
  // page needs no right to make code of text.
  const views = {};
  const hasCharts = typeof vega !== "undefined" && typeof vegaLite !== "undefined";
  function colours() {
    const css = getComputedStyle(document.documentElement);
    const of = (name) => css.getPropertyValue(name).trim();
    return { ink: of("--ink"), soft: of("--soft"), line: of("--line"), blue: of("--blue"), orange: of("--orange") };
  }
  function config() {
    const c = colours();
    const axis = { labelColor: c.soft, titleColor: c.ink, gridColor: c.line, domainColor: c.soft, tickColor: c.soft, titleFontWeight: "normal" };
    return { background: null, font: "Liberation Sans, Arial, sans-serif", view: { stroke: null }, axis, axisX: { grid: false }, legend: { labelColor: c.ink, titleColor: c.ink, orient: "top", title: null } };
  }
  function draw(id, spec, caption) {
    if (!hasCharts || !$(id)) return;
    if (views[id]) { views[id].view.finalize(); delete views[id]; }
    $(id).replaceChildren();
    $(id + "-caption").textContent = caption;
    $(id).setAttribute("aria-label", caption);
    if (!spec) return;
    const full = { width: Math.max($(id).clientWidth, 260), height: 300, autosize: { type: "fit", contains: "padding" }, config: config(), ...spec };
    const runtime = vega.parse(vegaLite.compile(full).spec, null, { ast: true });
    const view = new vega.View(runtime, { expr: vega.expressionInterpreter, renderer: "svg", container: $(id), hover: true });
    views[id] = { view, x: spec.usermeta.x };
    view.run();
  }
  // The rule at the operating point is a data set of one row, which moves.
  function moveRule({ view, x }, p) {
    const at = x(p);
    view.data("rule", at === null ? [] : [{ x: at, y: 100 * p.accuracy }]).runAsync();
  }
  const rule = (y) => [
    { data: { name: "rule" }, mark: { type: "rule", color: colours().ink, strokeDash: [4, 3] }, encoding: { x: { field: "x", type: "quantitative" } } },
    ...(y ? [{ data: { name: "rule" }, mark: { type: "point", filled: true, size: 70, color: colours().ink }, encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } } }] : []),
  ];

  function accuracySpec(x, title, scale) {
    const c = colours(), rows = [], names = new Map();
    const add = (curve, name) => { names.set(name, curve.role); curve.points.forEach((p) => { const at = x(p); if (at !== null) rows.push({ x: at, y: 100 * p.accuracy, lo: p.lo === null ? null : 100 * p.lo, hi: p.hi === null ? null : 100 * p.hi, name }); }); };
    add(state.curve, "This cascade");
    for (const reference of state.experiment.curves.filter((k) => k.role === "random" || k.role === "oracle")) add(reference, sentence(reference.role));
    const models = [["small-only", setup().small], ["large-only", setup().large]].map(([strategy, name]) => {
      const s = alone(strategy);
      const at = s && x({ rate: strategy === "large-only" ? 1 : 0, first_calls: s.first_calls, second_calls: s.second_calls, costs: s.costs });
      return s && at !== null ? { x: at, y: 100 * s.accuracy.value, name, strategy } : null;
    }).filter(Boolean);
    const X = { field: "x", type: "quantitative", title, scale: scale.type ? { ...scale, nice: false } : { zero: false, nice: false } };
    const Y = { field: "y", type: "quantitative", title: "Accuracy (%)", scale: { zero: false } };
    if (scale.type) X.axis = { format: ".0e", tickCount: 5 };
    const hidden = { ...X, title: null };
    return {
      usermeta: { x },
      datasets: { rule: [] },
      layer: [
        { data: { values: rows.filter((r) => r.name === "This cascade" && r.lo !== null) }, mark: { type: "area", opacity: 0.18, color: c.blue }, encoding: { x: X, y: { ...Y, field: "lo" }, y2: { field: "hi" } } },
        { data: { values: rows }, mark: { type: "line", tooltip: true }, encoding: { x: X, y: Y, color: { field: "name", type: "nominal", scale: { domain: [...names.keys()], range: [c.blue, c.soft, c.orange] } }, strokeDash: { field: "name", type: "nominal", scale: { domain: [...names.keys()], range: [[1, 0], [5, 4], [1, 3]] } } } },
        { data: { values: models }, mark: { type: "point", filled: true, size: 60, color: c.ink }, encoding: { x: hidden, y: Y, tooltip: [{ field: "name" }, { field: "y", format: ".2f" }] } },
        ...[["small-only", "left", 8], ["large-only", "right", -8]].map(([strategy, align, dx]) => ({
          data: { values: models.filter((m) => m.strategy === strategy) }, mark: { type: "text", dy: 12, dx, align, color: c.ink }, encoding: { x: hidden, y: Y, text: { field: "name" } },
        })),
        ...rule(true),
      ],
    };
  }
  function histogramSpec() {
    const d = state.experiment.diagnosis, c = colours();
    if (!d || state.curve.measure !== setup().headline.measure) return null;
    const h = d.histogram, rows = [];
    h.right.forEach((n, k) => rows.push({ from: h.edges[k], to: h.edges[k + 1], n, what: "right" }, { from: h.edges[k], to: h.edges[k + 1], n: -h.wrong[k], what: "wrong" }));
    // The threshold that escalates a share lies where that many clips are above it.
    const total = h.right.map((n, k) => n + h.wrong[k]), sum = total.reduce((a, b) => a + b, 0);
    const at = (p) => {
      let above = p.rate * sum;
      for (let k = total.length - 1; k >= 0; k--) {
        if (above <= total[k]) return h.edges[k + 1] - (total[k] ? above / total[k] : 0) * (h.edges[k + 1] - h.edges[k]);
        above -= total[k];
      }
      return h.edges[0];
    };
    return {
      usermeta: { x: at },
      datasets: { rule: [] },
      layer: [
        { data: { values: rows }, mark: { type: "bar", tooltip: true }, encoding: { x: { field: "from", type: "quantitative", title: sentence(state.curve.measure) + " of " + setup().small, scale: { zero: false, nice: false } }, x2: { field: "to" }, y2: { datum: 0 }, y: { field: "n", type: "quantitative", title: "Clips, wrong ones below", axis: { labelExpr: "format(abs(datum.value), ',')" } }, color: { field: "what", type: "nominal", scale: { domain: ["right", "wrong"], range: [c.blue, c.orange] } } } },
        ...rule(false),
      ],
    };
  }
  function riskSpec() {
    const d = state.experiment.diagnosis, c = colours();
    const of = d && d.risk.find((r) => r.measure === state.curve.measure);
    if (!of) return null;
    const rows = of.coverage.map((x, k) => ({ x: 100 * x, y: 100 * of.risk[k], lo: of.lo ? 100 * of.lo[k] : null, hi: of.hi ? 100 * of.hi[k] : null }));
    return {
      usermeta: { x: (p) => 100 * (1 - p.rate) },
      datasets: { rule: [] },
      layer: [
        { data: { values: rows.filter((r) => r.lo !== null) }, mark: { type: "area", opacity: 0.18, color: c.blue }, encoding: { x: { field: "x", type: "quantitative" }, y: { field: "lo", type: "quantitative", title: "Of these wrong (%)" }, y2: { field: "hi" } } },
        { data: { values: rows }, mark: { type: "line", color: c.blue, tooltip: true }, encoding: { x: { field: "x", type: "quantitative", title: "Clips that " + setup().small + " keeps (%)", scale: { domain: [0, 100] } }, y: { field: "y", type: "quantitative", title: "Of these wrong (%)" } } },
        ...rule(false),
      ],
    };
  }
  function drawCharts() {
    if (!state.curve) return;
    const s = setup(), name = `${sentence(state.curve.measure)}, ${state.curve.fusion}`;
    draw("curve", accuracySpec((p) => 100 * (p.first_calls + p.second_calls), s.second ? "Large-model calls per 100 clips" : `Clips sent to ${s.large} (%)`, {}),
      `${name}: accuracy over calls, with the ${percent(s.level, 0)} band by video; n = ${s.n}. The dashed line is the threshold above.`);
    const i = s.axes.findIndex((a) => a.log);
    draw("compute", i < 0 ? null : accuracySpec((p) => (p.costs[i] > 0 ? p.costs[i] : null), s.axes[i].unit, { type: "log" }),
      i < 0 ? "No compute axis but calls." : `${name}: accuracy over compute. ${s.axes[i].source}`);
    const histogram = histogramSpec();
    draw("histogram", histogram, histogram ? `Right and wrong answers of ${s.small} by its uncertainty: clips to the right of the line are escalated.` : "The histogram is kept for the headline measure only.");
    const risk = riskSpec();
    draw("risk", risk, risk ? `Share of wrong answers of ${s.small} among the clips that it keeps, with the ${percent(s.level, 0)} band by video.` : "No risk curve is kept for this measure.");
  }

  // ---- Tables.
  function table(id, caption, columns, rows, { className, click, selected } = {}) {
    const t = $(id), sorted = t.sortBy;
    t.querySelector("caption").textContent = caption;
    const head = element("tr");
    columns.forEach((c, k) => {
      const th = element("th", undefined, { scope: "col", "aria-sort": sorted && sorted.k === k ? (sorted.down ? "descending" : "ascending") : "none" });
      if (c.number) th.className = "number";
      const button = element("button", c.name + (sorted && sorted.k === k ? (sorted.down ? " ▼" : " ▲") : ""), { type: "button" });
      button.addEventListener("click", () => { t.sortBy = { k, down: sorted && sorted.k === k ? !sorted.down : !!c.number }; t.redraw(); t.querySelectorAll("th button")[k].focus(); });
      th.append(button);
      head.append(th);
    });
    t.querySelector("thead").replaceChildren(head);
    if (sorted) {
      const value = (row) => { const v = columns[sorted.k].of(row); const n = parseFloat(String(v).replace("<", "")); return columns[sorted.k].number ? (Number.isNaN(n) ? -Infinity : n) : String(v); };
      rows = rows.map((row, place) => ({ row, place, v: value(row) }));
      rows.sort((a, b) => (a.v < b.v ? -1 : a.v > b.v ? 1 : 0) * (sorted.down ? -1 : 1) || a.place - b.place);
      rows = rows.map((r) => r.row);
    }
    t.querySelector("tbody").replaceChildren(...rows.map((row) => {
      const tr = element("tr");
      if (className) tr.className = className(row);
      if (selected) tr.setAttribute("aria-selected", String(selected(row)));
      columns.forEach((c, k) => {
        const td = element("td", c.button ? undefined : String(c.of(row)));
        if (c.number) td.className = "number";
        if (c.button) { const b = element("button", c.of(row), { type: "button" }); b.addEventListener("click", () => click(row)); td.append(b); }
        tr.append(td);
      });
      return tr;
    }));
  }
  const matches = (text, filter) => filter.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));

  function drawSystems() {
    const s = setup(), filter = $("systems-filter").value;
    const against = (p) => (p ? `${points(p.difference.value)} [${points(p.difference.lo)}, ${points(p.difference.hi)}]` : "");
    const holm = (p) => (p && p.holm_p !== null ? (p.holm_p < 0.0001 ? "<0.0001" : p.holm_p.toFixed(4)) : "");
    const columns = [
      { name: "System", of: (r) => r.name + (r.headline ? " (headline)" : r.control ? " (control)" : "") }, { name: "Threshold", of: (r) => r.threshold },
      { name: "Accuracy %", number: true, of: (r) => (100 * r.accuracy.value).toFixed(2) }, { name: "Interval", number: true, of: (r) => `[${(100 * r.accuracy.lo).toFixed(1)}, ${(100 * r.accuracy.hi).toFixed(1)}]` },
      { name: "Escalated %", number: true, of: (r) => (100 * r.deferred).toFixed(1) }, { name: "Calls per clip", number: true, of: (r) => (r.first_calls + r.second_calls).toFixed(3) },
      { name: "Points over " + s.large, number: true, of: (r) => against(r.vs_large) }, { name: "Holm p", number: true, of: (r) => holm(r.vs_large) },
      { name: "Points over " + s.small, number: true, of: (r) => against(r.vs_small) }, { name: "Holm p", number: true, of: (r) => holm(r.vs_small) },
    ];
    const rows = state.experiment.systems.filter((r) => matches(columns.map((c) => c.of(r)).join(" "), filter));
    $("systems").redraw = drawSystems;
    table("systems", `${rows.length} of ${state.experiment.systems.length} systems, n = ${s.n}. Oracle thresholds and controls could not be deployed.`, columns, rows, { className: (r) => (r.headline ? "headline" : r.control ? "control" : "") });
  }
  function drawAblation() {
    const plan = data.ablations[Number($("plan").value)];
    if (!plan) { $("ablation").querySelector("caption").textContent = "No ablation was run."; return; }
    const numeric = plan.columns.map((_, k) => plan.rows.some((r) => r[k] !== "" && !Number.isNaN(Number(r[k]))));
    const columns = plan.columns.map((name, k) => ({ name, number: numeric[k], of: (r) => r[k] }));
    const rows = plan.rows.filter((r) => matches(r.join(" "), $("ablation-filter").value));
    $("ablation").redraw = drawAblation;
    table("ablation", `${plan.title}${plan.tier === "synth" ? " (SYNTHETIC)" : ""}: ${rows.length} of ${plan.rows.length} rows. ${plan.note}`, columns, rows);
  }

  // ---- Clips.
  const perPage = 25;
  function escalatedHere() {
    const cases = state.experiment.cases, k = state.experiment.measures.findIndex((m) => m.name === state.curve.measure);
    const counted = cases.filter((c) => c.counted && c.u[k] !== null).map((c) => c.u[k]).sort((a, b) => b - a);
    const n = Math.round(share() * counted.length);
    const tau = n <= 0 ? Infinity : n >= counted.length ? -Infinity : (counted[n - 1] + counted[n]) / 2;
    return (c) => c.u[k] !== null && c.u[k] > tau;
  }
  function drawClips() {
    const cases = state.experiment.cases;
    if (!cases) {
      $("clips-note").textContent = "This report was made without clips.";
      for (const part of ["caption", "thead", "tbody"]) $("clips").querySelector(part).replaceChildren();
      $("clips-page").textContent = "";
      $("clip").replaceChildren();
      return;
    }
    $("clips-note").textContent = "Texts and answers are the data set's: they stay in this file, which is not to be published. Stages are those of the headline with its cross-fitted thresholds; “escalated here” is the slider.";
    const here = escalatedHere(), kind = $("clips-kind").value, filter = $("clips-filter").value;
    const kinds = {
      all: () => true, escalated: here, corrected: (c) => c.counted && !c.small.right && c.right, broken: (c) => c.counted && c.small.right && !c.right,
      disagree: (c) => c.small.polarity !== c.large.polarity, wrong: (c) => c.counted && !c.right, error: (c) => !!(c.small.error || c.large.error || !c.small.polarity || !c.large.polarity),
    };
    const rows = cases.filter((c) => kinds[kind](c) && matches(`${c.id} ${c.text}`, filter));
    const pages = Math.max(1, Math.ceil(rows.length / perPage));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    $("clips-page").textContent = `${rows.length} clips, page ${state.page + 1} of ${pages}`;
    const k = state.experiment.measures.findIndex((m) => m.name === state.curve.measure);
    $("clips").redraw = drawClips;
    const columns = [
      { name: "Clip", button: true, of: (c) => c.id }, { name: "Text", of: (c) => (c.text.length > 90 ? c.text.slice(0, 90) + "…" : c.text) }, { name: "Label", number: true, of: (c) => short(c.label) },
      { name: setup().small, of: (c) => mark(c.small) }, { name: setup().large, of: (c) => mark(c.large) }, { name: sentence(state.curve.measure), number: true, of: (c) => short(c.u[k]) },
      { name: "Escalated here", of: (c) => (here(c) ? "yes" : "") }, { name: "Cascade", of: (c) => `${c.polarity || "no answer"}${c.counted ? (c.right ? " ✓" : " ✗") : ""}, ${c.stage}` },
    ];
    table("clips", "", columns, rows.slice(state.page * perPage, (state.page + 1) * perPage), { click: showClip, selected: (c) => c === state.clip });
  }
  const mark = (r) => (r.polarity ? r.polarity + (r.score !== null ? ` (${short(r.score)})` : "") : r.error ? "error" : "no answer");
  function showClip(c) {
    state.clip = c;
    const box = element("article");
    box.append(element("h3", c.id), element("p", c.text || "(no transcript)"));
    const list = element("ul");
    list.append(element("li", `label ${short(c.label)}${c.counted ? "" : " (not counted by the profile)"}, video ${c.video}`));
    for (const [name, r] of [[setup().small, c.small], [setup().large, c.large], [setup().second, c.second]]) {
      if (!r) continue;
      let text = `${name}: ${mark(r)}`;
      if (r.votes) text += `; votes ${Object.entries(r.votes).map(([w, n]) => `${w} ${n}`).join(", ")}`;
      if (r.ranking) text += `; ranking ${r.ranking.join(" > ")}`;
      if (r.error) text += `; error: ${r.error}`;
      if (r.prompt_sha256) text += `; prompt SHA-256 ${r.prompt_sha256.slice(0, 12)}`;
      if (r.raw) text += `; said “${r.raw}”`;
      list.append(element("li", text));
    }
    list.append(element("li", "uncertainty of the small model: " + state.experiment.measures.map((m, k) => (c.u[k] === null ? "" : `${m.name} ${short(c.u[k])}`)).filter(Boolean).join(", ") + (c.u_large === null ? "" : `; of the large one ${short(c.u_large)}`)));
    list.append(element("li", "why: " + c.why));
    box.append(list);
    const prompt = (state.experiment.prompts || {})[c.id];
    if (prompt) {
      const s = setup();
      box.append(element("h4", "Round two: what the large model is asked"), element("pre", prompt),
        element("p", "The wording is a hypothesis: configs/prompts has it, the paper's is not public." + (s.surrogate ? ` The answer on record was not given to it; it stands in for ${s.surrogate}.` : ""), { class: "note" }));
    }
    $("clip").replaceChildren(box);
    drawClips();
    $("clip").focus();
  }

  // ---- Appearance.
  function setTheme(dark) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    $("theme").setAttribute("aria-pressed", String(dark));
    drawCharts();
    move();
  }

  function start() {
    options($("experiment"), data.experiments.map((e, i) => [i, e.setup.title + (e.setup.tier === "synth" && !e.setup.title.includes("SYNTHETIC") ? " (SYNTHETIC)" : "")]));
    options($("plan"), (data.ablations || []).map((a, i) => [i, a.title]));
    data.ablations = data.ablations || [];
    $("experiment").addEventListener("change", () => { state.clip = null; $("clip").replaceChildren(); chooseExperiment(); });
    $("measure").addEventListener("change", chooseMeasure);
    $("fusion").addEventListener("change", chooseFusion);
    for (const id of ["share", "price", "volume"]) $(id).addEventListener("input", move);
    $("chosen").addEventListener("click", toChosen);
    $("best").addEventListener("click", toBest);
    $("systems-filter").addEventListener("input", drawSystems);
    $("plan").addEventListener("change", () => { $("ablation").sortBy = null; drawAblation(); });
    $("ablation-filter").addEventListener("input", drawAblation);
    for (const id of ["clips-kind", "clips-filter"]) $(id).addEventListener("input", () => { state.page = 0; drawClips(); });
    $("clips-prev").addEventListener("click", () => { state.page--; drawClips(); });
    $("clips-next").addEventListener("click", () => { state.page++; drawClips(); });
    $("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
    document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    $("theme").setAttribute("aria-pressed", String(document.documentElement.dataset.theme === "dark"));
    // Paper is white whatever the screen is, and a window may get narrower.
    const painted = (theme) => { if (document.documentElement.dataset.theme !== theme) { document.documentElement.dataset.theme = theme; drawCharts(); move(); } };
    let screenTheme = "light", resized;
    addEventListener("beforeprint", () => { screenTheme = document.documentElement.dataset.theme; painted("light"); });
    addEventListener("afterprint", () => painted(screenTheme));
    addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => { drawCharts(); move(); }, 200); });
    // First is shown what gains most over the large model, if anything does.
    const gain = (e) => { const h = e.systems.find((s) => s.headline); return h && h.vs_large && h.vs_large.holm_p < 0.05 && e.setup.tier !== "synth" ? h.vs_large.difference.value : 0; };
    const first = data.experiments.reduce((best, e, i) => (gain(e) > gain(data.experiments[best]) ? i : best), 0);
    $("experiment").value = first;
    const plan = data.ablations.findIndex((a) => a.name.startsWith(data.experiments[first].setup.dataset + "-"));
    if (plan >= 0) $("plan").value = plan;
    chooseExperiment();
    drawAblation();
    document.documentElement.dataset.ready = "yes";
  }
  start();
})();
