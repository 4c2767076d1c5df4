"use strict";
// The interactive report. All numbers are those of the records; this file picks and
// sorts them, and report-charts.js draws them.
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
  // curve is what the accuracy charts draw; with two thresholds it is the row of the
  // surface that the second slider chooses.
  const state = { experiment: data.experiments[0], curve: null, both: false, page: 0, clip: null };
  const setup = () => state.experiment.setup;
  const surface = () => state.experiment.surface;
  const drawable = (c) => c.role === "measure" || c.role === "fusion";
  const curves = () => state.experiment.curves.filter(drawable);
  const headline = () => state.experiment.systems.find((s) => s.headline);
  const alone = (strategy) => state.experiment.systems.find((s) => !s.measure && s.fusion === strategy);
  // quoted is the cross-fitted cascade of the measure and the fusion that are chosen.
  const quoted = () => state.experiment.systems.find((s) => s.measure === state.curve.measure && s.fusion === state.curve.fusion && s.threshold.startsWith("cross-fitted"));

  function chooseExperiment() {
    state.experiment = data.experiments[Number($("experiment").value)];
    const s = setup();
    $("what").textContent = `${s.title}: ${s.dataset}, ${s.split} split, n\u00a0=\u00a0${s.n} clips in ${s.videos} videos, metric profile ${s.profile} (${s.quality}).`;
    $("synthetic").hidden = s.tier !== "synth";
    $("caveats").textContent = [["Hypotheses: ", s.hypotheses], ["Notes: ", s.warnings]].filter(([, list]) => list && list.length).map(([head, list]) => head + list.join("; ") + ".").join(" ");
    options($("measure"), [...new Set(curves().map((c) => c.measure))].map((m) => [m, sentence(m)]));
    $("measure").value = s.headline.measure;
    chooseMeasure(s.headline.fusion);
    toChosen();
    const plan = data.ablations.findIndex((a) => a.name.startsWith(s.dataset + "-"));
    if (plan >= 0) choosePlan(plan);
  }
  // A measure comes with the fusions that the experiment has curves for, and with the
  // fusion of the surface if it is the surface's measure.
  function chooseMeasure(wanted = $("fusion").value) {
    const measure = $("measure").value, whole = surface() && surface().measure === measure ? surface().fusion : null;
    const fusions = curves().filter((c) => c.measure === measure && c.fusion !== whole).map((c) => [c.fusion, sentence(c.fusion)]);
    if (whole) fusions.push([whole, sentence(whole) + ", both thresholds"]);
    options($("fusion"), fusions);
    const known = (f) => fusions.some(([name]) => name === f);
    $("fusion").value = known(wanted) ? wanted : known(setup().headline.fusion) ? setup().headline.fusion : fusions[0][0];
    chooseFusion();
  }
  function chooseFusion() {
    const before = state.curve ? point().rate : 0, measure = $("measure").value, fusion = $("fusion").value;
    state.both = !!surface() && surface().measure === measure && surface().fusion === fusion;
    $("doubt-choice").hidden = !state.both;
    $("both").hidden = !surface() || state.both;
    if (state.both) {
      $("share").max = surface().escalated.length - 1;
      $("doubt").max = surface().doubted.length - 1;
      state.curve = row(Number($("doubt").value));
    } else {
      $("share").max = 100;
      state.curve = curves().find((c) => c.measure === measure && c.fusion === fusion);
    }
    setShare(before);
    state.page = 0;
    charts.draw();
    drawSystems();
    move();
  }
  // row is a row of the surface as a curve: the second threshold stays, the first moves.
  function row(k) {
    const f = surface();
    const points = f.escalated.map((rate, i) => ({
      rate, doubted: f.doubted[k], accuracy: f.accuracy[k][i], lo: f.lo[k][i], hi: f.hi[k][i], first_calls: f.first_calls[i], second_calls: f.second_calls[k][i],
      costs: f.prices.map((p) => p.clip + f.first_calls[i] * p.first_call + f.second_calls[k][i] * p.second_call),
    }));
    return { measure: f.measure, fusion: f.fusion, role: "surface", points };
  }
  function chooseRow(k) {
    $("doubt").value = k;
    state.curve = row(k);
    charts.follow();
  }
  function bothThresholds() {
    $("measure").value = surface().measure;
    chooseMeasure(surface().fusion);
    toChosen();
    $("doubt").focus();
  }
  function toChosen() {
    const h = quoted() || headline();
    if (state.both && h) {
      const rows = surface().doubted.map((_, k) => row(k)), distance = (p) => (p.rate - h.deferred) ** 2 + (p.second_calls - h.second_calls) ** 2;
      chooseRow(nearest(rows, (r) => Math.min(...r.points.map(distance))));
      $("share").value = nearest(state.curve.points, distance);
    } else setShare(h ? h.deferred : 0);
    move();
  }
  function toBest() {
    const highest = (points) => points.reduce((a, p, i) => (p.accuracy > points[a].accuracy + 1e-9 ? i : a), 0);
    if (state.both) {
      const tops = surface().doubted.map((_, k) => { const points = row(k).points; return points[highest(points)]; });
      chooseRow(highest(tops));
    }
    setShare(state.curve.points[highest(state.curve.points)].rate);
    move();
  }
  // nearest is the place of the first element of the smallest distance.
  const nearest = (list, distance) => list.reduce((a, x, i) => (distance(x) < distance(list[a]) ? i : a), 0);

  // ---- The operating point. With one threshold the slider counts per cent, with two
  // the columns of the surface.
  function setShare(rate) {
    $("share").value = state.both ? nearest(surface().escalated, (x) => Math.abs(x - rate)) : Math.round(100 * rate);
  }
  function point() {
    const at = Number($("share").value);
    if (state.both) return state.curve.points[at];
    return state.curve.points[nearest(state.curve.points, (p) => Math.abs(p.rate - at / 100))];
  }
  // above returns the threshold that a share of sorted uncertainties is above.
  function above(descending, share) {
    const n = Math.round(share * descending.length);
    return n <= 0 ? Infinity : n >= descending.length ? -Infinity : (descending[n - 1] + descending[n]) / 2;
  }
  // thresholds are those of the operating point; the clips are needed to tell them.
  function thresholds(p) {
    const cases = state.experiment.cases;
    if (!cases) return {};
    const k = state.experiment.measures.findIndex((m) => m.name === state.curve.measure);
    // An uncertainty beyond all thresholds is written as null.
    const sorted = (of) => cases.filter((c) => c.counted).map((c) => of(c) ?? Infinity).sort((a, b) => b - a);
    return { small: above(sorted((c) => c.u[k]), p.rate), large: state.both ? above(sorted((c) => c.u_large), p.doubted) : undefined };
  }
  const tau = (x) => (x === Infinity ? "∞" : x === -Infinity ? "−∞" : short(x));
  let speech;
  function move() {
    if (!state.curve) return;
    const p = point(), s = setup(), small = alone("small-only"), large = alone("large-only"), t = thresholds(p);
    const say = (id, share, what, threshold) => {
      $(id + "-shown").textContent = percent(share, state.both ? 1 : 0) + (threshold === undefined ? "" : `, τ = ${tau(threshold)}`);
      $(id).setAttribute("aria-valuetext", `${$(id + "-shown").textContent} ${what}`);
    };
    say("share", p.rate, "of the clips escalated", t.small);
    if (state.both) say("doubt", p.doubted, `of the answers of ${s.large} doubted`, t.large);
    const calls = p.first_calls + p.second_calls, count = (share) => `${Math.round(share * s.n)} of ${s.n} clips`;
    const rows = [
      ["Accuracy", percent(p.accuracy, 2), p.lo === null ? "" : `${percent(s.level, 0)} interval ${percent(p.lo)} to ${percent(p.hi)}`],
      ["Against " + s.large + " alone", large ? points(p.accuracy - large.accuracy.value) + " points" : "n/a", large ? percent(large.accuracy.value, 2) + " alone" : ""],
      ["Against " + s.small + " alone", small ? points(p.accuracy - small.accuracy.value) + " points" : "n/a", small ? percent(small.accuracy.value, 2) + " alone" : ""],
      ["Kept by " + s.small, percent(1 - p.rate), count(1 - p.rate)],
      ["Large calls per clip", calls.toFixed(3), p.second_calls > 0 ? `of these ${p.second_calls.toFixed(3)} in round two` : ""],
    ];
    if (state.both) rows.push(["Second rounds", percent(p.second_calls), count(p.second_calls)]);
    s.axes.forEach((a, i) => { if (Math.abs(p.costs[i] - calls) > 1e-9) rows.push([a.unit, short(p.costs[i]), a.hypothesis ? "a hypothesis" : ""]); });
    const monthly = calls * Number($("price").value) * Number($("volume").value), all = Number($("price").value) * Number($("volume").value);
    rows.push(["Money a month", "US$ " + monthly.toFixed(2), `US$ ${all.toFixed(2)} if every clip went to ${s.large}`]);
    $("readout").replaceChildren(...rows.map(([name, value, more]) => {
      const box = element("div");
      box.append(element("dt", name), element("dd", value));
      if (more) box.lastChild.append(element("small", more));
      return box;
    }));
    // Spoken once the slider rests: the numbers that it changes, not all of them.
    clearTimeout(speech);
    speech = setTimeout(() => {
      $("spoken").textContent = `${percent(p.rate, 0)} escalated${state.both ? `, ${percent(p.doubted, 0)} doubted` : ""}: accuracy ${percent(p.accuracy)}` +
        (p.lo === null ? "" : `, interval ${percent(p.lo)} to ${percent(p.hi)}`) + `, ${calls.toFixed(2)} large calls per clip, ${monthly.toFixed(0)} dollars a month.`;
    }, 400);
    const quote = quoted(), h = headline();
    const honest = (q) => `${percent(q.accuracy.value, 2)} [${percent(q.accuracy.lo)}, ${percent(q.accuracy.hi)}] at ${percent(q.deferred, 0)} escalated (${q.name})`;
    $("tuning").textContent = "A threshold read off this page is tuned on the clips it is judged on, so its accuracy is too good. " +
      (quote ? `The one to quote is cross-fitted by video: ${honest(quote)}. ` : "") + (h && h !== quote ? `The experiment's headline, cross-fitted: ${honest(h)}.` : "");
    charts.move(p);
    drawClips();
  }

  const charts = reportCharts({ $, state, setup, surface, alone, percent, sentence });

  // ---- Tables.
  function table(id, caption, columns, rows, { className, click, selected } = {}) {
    const t = $(id), sorted = t.sortBy;
    t.querySelector("caption").textContent = caption;
    const head = element("tr");
    columns.forEach((c, k) => {
      const th = element("th", undefined, { scope: "col", "aria-sort": sorted && sorted.k === k ? (sorted.down ? "descending" : "ascending") : "none" });
      if (c.number) th.className = "number";
      const button = element("button", c.name, { type: "button" });
      if (c.more) button.append(element("span", c.more, { class: "spoken" }));
      if (sorted && sorted.k === k) button.append(element("span", sorted.down ? " ▼" : " ▲", { "aria-hidden": "true" }));
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
      if (selected) selected(row) && tr.setAttribute("aria-current", "true");
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
      { name: "Points over " + s.large, number: true, of: (r) => against(r.vs_large) }, { name: "Holm p", more: " over " + s.large, number: true, of: (r) => holm(r.vs_large) },
      { name: "Points over " + s.small, number: true, of: (r) => against(r.vs_small) }, { name: "Holm p", more: " over " + s.small, number: true, of: (r) => holm(r.vs_small) },
    ];
    const rows = state.experiment.systems.filter((r) => matches(columns.map((c) => c.of(r)).join(" "), filter));
    $("systems").redraw = drawSystems;
    table("systems", `${rows.length} of ${state.experiment.systems.length} systems, n\u00a0=\u00a0${s.n}. Oracle thresholds and controls could not be deployed.`, columns, rows, { className: (r) => (r.headline ? "headline" : r.control ? "control" : "") });
  }
  function choosePlan(k) {
    $("plan").value = k;
    $("ablation").sortBy = null;
    drawAblation();
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
  function drawClips() {
    const cases = state.experiment.cases;
    if (!cases) {
      $("clips-note").textContent = "This report was made without clips.";
      for (const part of ["caption", "thead", "tbody"]) $("clips").querySelector(part).replaceChildren();
      $("clips-page").textContent = "";
      $("clip").replaceChildren();
      return;
    }
    $("clips-note").textContent = "Texts and answers are the data set's: they stay in this file, which is not to be published. Stages are those of the headline with its cross-fitted thresholds; “escalated here” is what the thresholds above do.";
    const s = setup(), t = thresholds(point()), k = state.experiment.measures.findIndex((m) => m.name === state.curve.measure);
    const here = (c) => (c.u[k] ?? Infinity) > t.small, doubted = (c) => here(c) && (c.u_large ?? Infinity) > t.large;
    const kind = $("clips-kind").value, filter = $("clips-filter").value;
    const kinds = {
      all: () => true, escalated: here, corrected: (c) => c.counted && !c.small.right && c.right, broken: (c) => c.counted && c.small.right && !c.right,
      disagree: (c) => c.small.polarity !== c.large.polarity, wrong: (c) => c.counted && !c.right, error: (c) => !!(c.small.error || c.large.error || !c.small.polarity || !c.large.polarity),
    };
    const rows = cases.filter((c) => kinds[kind](c) && matches(`${c.id} ${c.text}`, filter));
    const pages = Math.max(1, Math.ceil(rows.length / perPage));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    $("clips-page").textContent = `${rows.length} clips, page ${state.page + 1} of ${pages}`;
    $("clips").redraw = drawClips;
    const columns = [
      { name: "Clip", button: true, of: (c) => c.id }, { name: "Text", of: (c) => (c.text.length > 90 ? c.text.slice(0, 90) + "…" : c.text) }, { name: "Label", number: true, of: (c) => short(c.label) },
      { name: setup().small, of: (c) => mark(c.small) }, { name: setup().large, of: (c) => mark(c.large) }, { name: sentence(state.curve.measure), number: true, of: (c) => short(c.u[k]) },
      { name: "Escalated here", of: (c) => (doubted(c) ? "yes, answer doubted" : here(c) ? "yes" : "") }, { name: "Cascade", of: (c) => `${c.polarity || "no answer"}${c.counted ? (c.right ? " ✓" : " ✗") : ""}, ${c.stage}` },
    ];
    table("clips", `Clips of ${s.dataset}, ${s.split} split`, columns, rows.slice(state.page * perPage, (state.page + 1) * perPage), { click: showClip, selected: (c) => c === state.clip });
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
    const back = element("button", "Back to the list", { type: "button" });
    back.addEventListener("click", () => { const b = $("clips").querySelector("tr[aria-current] button") || $("clips-filter"); b.focus(); });
    box.append(back);
    $("clip").replaceChildren(box);
    drawClips();
    $("clip").focus();
  }

  // ---- Appearance.
  function setTheme(dark) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    $("theme").setAttribute("aria-pressed", String(dark));
    charts.draw();
    move();
  }

  function start() {
    options($("experiment"), data.experiments.map((e, i) => [i, e.setup.title + (e.setup.tier === "synth" && !e.setup.title.includes("SYNTHETIC") ? " (SYNTHETIC)" : "")]));
    data.ablations = data.ablations || [];
    options($("plan"), data.ablations.map((a, i) => [i, a.title]));
    $("experiment").addEventListener("change", () => { state.clip = null; $("clip").replaceChildren(); chooseExperiment(); });
    $("measure").addEventListener("change", () => chooseMeasure());
    $("fusion").addEventListener("change", chooseFusion);
    $("doubt").addEventListener("input", () => { chooseRow(Number($("doubt").value)); move(); });
    $("both").addEventListener("click", bothThresholds);
    for (const id of ["share", "price", "volume"]) $(id).addEventListener("input", move);
    $("chosen").addEventListener("click", toChosen);
    $("best").addEventListener("click", toBest);
    $("systems-filter").addEventListener("input", drawSystems);
    $("plan").addEventListener("change", () => choosePlan($("plan").value));
    $("ablation-filter").addEventListener("input", drawAblation);
    for (const id of ["clips-kind", "clips-filter"]) $(id).addEventListener("input", () => { state.page = 0; drawClips(); });
    $("clips-prev").addEventListener("click", () => { state.page--; drawClips(); });
    $("clips-next").addEventListener("click", () => { state.page++; drawClips(); });
    $("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
    document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    $("theme").setAttribute("aria-pressed", String(document.documentElement.dataset.theme === "dark"));
    // Paper is white whatever the screen is, and a window may get narrower.
    const painted = (theme) => { if (document.documentElement.dataset.theme !== theme) { document.documentElement.dataset.theme = theme; charts.draw(); move(); } };
    let screenTheme = "light", resized;
    addEventListener("beforeprint", () => { screenTheme = document.documentElement.dataset.theme; painted("light"); });
    addEventListener("afterprint", () => painted(screenTheme));
    addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => { charts.draw(); move(); }, 200); });
    // First is shown what gains most over the large model, if anything does.
    const gain = (e) => { const h = e.systems.find((s) => s.headline); return h && h.vs_large && h.vs_large.holm_p < 0.05 && e.setup.tier !== "synth" ? h.vs_large.difference.value : 0; };
    const first = data.experiments.reduce((best, e, i) => (gain(e) > gain(data.experiments[best]) ? i : best), 0);
    $("experiment").value = first;
    drawAblation();
    chooseExperiment();
    document.documentElement.dataset.ready = "yes";
  }
  start();
})();
