"use strict";
// The charts of the interactive report: Vega-Lite, compiled here, evaluated by the
// interpreter so that the page needs no right to make code of text. What it is given
// is the report's state and how it words numbers; draw draws the charts anew, follow
// gives them the state's curve, and move moves the rules to an operating point.
function reportCharts({ $, state, setup, surface, alone, percent, sentence }) {
  const views = {};
  const hasCharts = typeof vega !== "undefined" && typeof vegaLite !== "undefined";
  function colours() {
    const css = getComputedStyle(document.documentElement);
    const of = (name) => css.getPropertyValue(name).trim();
    return { ink: of("--ink"), paper: of("--paper"), soft: of("--soft"), line: of("--line"), blue: of("--blue"), orange: of("--orange"), green: of("--green") };
  }
  function config() {
    const c = colours();
    const axis = { labelColor: c.soft, titleColor: c.ink, gridColor: c.line, domainColor: c.soft, tickColor: c.soft, titleFontWeight: "normal" };
    return { background: null, font: "Liberation Sans, Arial, sans-serif", view: { stroke: null }, axis, axisX: { grid: false }, legend: { labelColor: c.ink, titleColor: c.ink, orient: "top", title: null } };
  }
  // A specification's usermeta has at, the place of the rule for an operating point,
  // and rows, the data sets that follow the second threshold.
  function draw(id, spec, caption) {
    if (!hasCharts || !$(id)) return;
    if (views[id]) { views[id].view.finalize(); delete views[id]; }
    $(id).replaceChildren();
    $(id + "-caption").textContent = caption;
    if (!spec) return;
    const full = { width: Math.max($(id).clientWidth, 260), height: 300, autosize: { type: "fit", contains: "padding" }, config: config(), ...spec };
    const runtime = vega.parse(vegaLite.compile(full).spec, null, { ast: true });
    const view = new vega.View(runtime, { expr: vega.expressionInterpreter, renderer: "svg", container: $(id), hover: true });
    views[id] = { view, ...spec.usermeta };
    view.run();
    // The numbers stand in the page: a chart is one picture with its caption, not a
    // list of marks, as which Vega announces it.
    $(id).setAttribute("role", "img");
    $(id).setAttribute("aria-label", caption);
    $(id).removeAttribute("aria-roledescription");
    $(id).querySelector("svg").setAttribute("aria-hidden", "true");
  }
  // The rule at the operating point is a data set of one row, which moves.
  function moveRule({ view, at }, p) {
    const place = at(p);
    view.data("rule", place === null ? [] : [place]).runAsync();
  }
  const rule = (y) => [
    { data: { name: "rule" }, mark: { type: "rule", color: colours().ink, strokeDash: [4, 3] }, encoding: { x: { field: "x", type: "quantitative" } } },
    ...(y ? [{ data: { name: "rule" }, mark: { type: "point", filled: true, size: 70, color: colours().ink }, encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } } }] : []),
  ];

  // accuracyRows are the lines of an accuracy chart, and bandRows the band of the first.
  const place = (x, p) => ({ x: x(p), y: 100 * p.accuracy, lo: p.lo === null || p.lo === undefined ? null : 100 * p.lo, hi: p.hi === null || p.hi === undefined ? null : 100 * p.hi });
  const placed = (x, points) => points.map((p) => place(x, p)).filter((r) => r.x !== null);
  function accuracyLines(x) {
    const lines = [["This cascade", state.curve.points]];
    for (const c of state.experiment.curves) if (c.role === "random" || c.role === "oracle") lines.push([sentence(c.role), c.points]);
    if (state.both) lines.push(["Best pairs", hull()]);
    return lines.flatMap(([name, points]) => placed(x, points).map((r) => ({ ...r, name })));
  }
  const accuracyBand = (x) => placed(x, state.curve.points).filter((r) => r.lo !== null);
  // hull is the surface's, with what its points cost.
  const hull = () => surface().hull.map((p) => ({ ...p, rate: p.escalated, costs: surface().prices.map((c) => c.clip + p.first_calls * c.first_call + p.second_calls * c.second_call) }));
  // With two thresholds the axis holds all rows, so that it stays when one is chosen.
  function accuracyDomain() {
    if (!state.both) return {};
    const f = surface(), low = Math.min(...f.lo.flat()), high = Math.max(...f.hi.flat(), ...state.experiment.curves.filter((c) => c.role === "oracle").flatMap((c) => c.points.map((p) => p.accuracy)));
    return { domain: [Math.floor(100 * low), Math.ceil(100 * high)] };
  }
  function accuracySpec(x, title, scale) {
    const c = colours(), lines = accuracyLines(x);
    const looks = { "This cascade": [c.blue, [1, 0]], Random: [c.soft, [5, 4]], Oracle: [c.orange, [1, 3]], "Best pairs": [c.green, [8, 2]] };
    const domain = Object.keys(looks).filter((name) => lines.some((r) => r.name === name)), range = (k) => domain.map((name) => looks[name][k]);
    const models = [["small-only", setup().small], ["large-only", setup().large]].map(([strategy, name]) => {
      const s = alone(strategy);
      const at = s && x({ rate: strategy === "large-only" ? 1 : 0, first_calls: s.first_calls, second_calls: s.second_calls, costs: s.costs });
      return s && at !== null ? { x: at, y: 100 * s.accuracy.value, name, strategy } : null;
    }).filter(Boolean);
    const X = { field: "x", type: "quantitative", title, scale: scale.type ? { ...scale, nice: false } : { zero: false, nice: false } };
    const Y = { field: "y", type: "quantitative", title: "Accuracy (%)", scale: { zero: false, ...accuracyDomain() } };
    if (scale.type) X.axis = { format: ".0e", tickCount: 5 };
    return {
      usermeta: { at: (p) => (x(p) === null ? null : { x: x(p), y: 100 * p.accuracy }), rows: () => ({ lines: accuracyLines(x), band: accuracyBand(x) }) },
      datasets: { rule: [], lines, band: accuracyBand(x) },
      layer: [
        { data: { name: "band" }, mark: { type: "area", opacity: 0.18, color: c.blue }, encoding: { x: X, y: { ...Y, field: "lo" }, y2: { field: "hi" } } },
        { data: { name: "lines" }, mark: { type: "line", tooltip: true }, encoding: { x: X, y: Y, color: { field: "name", type: "nominal", scale: { domain, range: range(0) } }, strokeDash: { field: "name", type: "nominal", scale: { domain, range: range(1) } } } },
        { data: { values: models }, mark: { type: "point", filled: true, size: 60, color: c.ink }, encoding: { x: X, y: Y, tooltip: [{ field: "name" }, { field: "y", format: ".2f" }] } },
        // The names have a rim in the colour of the paper, so that lines do not cross them.
        ...[["small-only", "left", 8], ["large-only", "right", -8]].flatMap(([strategy, align, dx]) => [{ stroke: c.paper, strokeWidth: 4 }, {}].map((rim) => ({
          data: { values: models.filter((m) => m.strategy === strategy) }, mark: { type: "text", dy: 12, dx, align, color: c.ink, ...rim }, encoding: { x: X, y: Y, text: { field: "name" } },
        }))),
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
      usermeta: { at: (p) => ({ x: at(p) }) },
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
      usermeta: { at: (p) => ({ x: 100 * (1 - p.rate) }) },
      datasets: { rule: [] },
      layer: [
        { data: { values: rows.filter((r) => r.lo !== null) }, mark: { type: "area", opacity: 0.18, color: c.blue }, encoding: { x: { field: "x", type: "quantitative" }, y: { field: "lo", type: "quantitative", title: "Of these wrong (%)" }, y2: { field: "hi" } } },
        { data: { values: rows }, mark: { type: "line", color: c.blue, tooltip: true }, encoding: { x: { field: "x", type: "quantitative", title: "Clips that " + setup().small + " keeps (%)", scale: { domain: [0, 100] } }, y: { field: "y", type: "quantitative", title: "Of these wrong (%)" } } },
        ...rule(false),
      ],
    };
  }
  // Cells reach half way to their neighbours, as in the figure.
  function surfaceSpec() {
    if (!state.both) return null;
    const f = surface(), c = colours();
    const edges = (v) => v.map((x, i) => 100 * (i === 0 ? x : (v[i - 1] + x) / 2)).concat(100 * v[v.length - 1]);
    const under = (x) => Math.min(100, x + 0.3); // below the next cell, which leaves no seam
    const xs = edges(f.escalated), ys = edges(f.doubted);
    const cells = f.doubted.flatMap((_, k) => f.escalated.map((_, i) => ({ x: xs[i], right: under(xs[i + 1]), y: ys[k], top: under(ys[k + 1]), accuracy: 100 * f.accuracy[k][i], lo: 100 * f.lo[k][i], hi: 100 * f.hi[k][i] })));
    const X = { field: "x", type: "quantitative", title: "Clips escalated (%)", scale: { domain: [0, 100], nice: false } }, Y = { field: "y", type: "quantitative", title: `Answers of ${setup().large} doubted (%)`, scale: { domain: [0, 100], nice: false } };
    const number = (field, title) => ({ field, title, format: ".1f" });
    return {
      usermeta: { at: (p) => ({ x: 100 * p.rate, y: 100 * p.doubted }) },
      datasets: { rule: [] },
      layer: [
        { data: { values: cells }, mark: { type: "rect" }, encoding: { x: X, x2: { field: "right" }, y: Y, y2: { field: "top" }, color: { field: "accuracy", type: "quantitative", title: "Accuracy (%)", scale: { scheme: "cividis", zero: false }, legend: { orient: "right" } }, tooltip: [number("accuracy", "Accuracy %"), number("lo", "from"), number("hi", "to")] } },
        { data: { values: hull().map((p) => ({ x: 100 * p.escalated, y: 100 * p.doubted })) }, mark: { type: "line", color: "#fff", strokeWidth: 2, strokeDash: [8, 2], point: { filled: true, size: 25, color: "#fff" } }, encoding: { x: X, y: Y, order: { field: "x" } } },
        // A ring that shows on dark and on light cells.
        ...[["#000", 5], ["#fff", 2]].map(([stroke, strokeWidth]) => ({ data: { name: "rule" }, mark: { type: "point", filled: false, size: 160, stroke, strokeWidth }, encoding: { x: X, y: Y } })),
      ],
    };
  }
  // ends says in words what a chart of accuracy shows.
  function ends() {
    const list = state.curve.points, best = list.reduce((a, p) => (p.accuracy > a.accuracy + 1e-9 ? p : a)), said = (p) => `${percent(p.accuracy)} at ${percent(p.rate, 0)} escalated`;
    return `${said(list[0])}, ${said(list[list.length - 1])}, at most ${said(best)}`;
  }
  function drawCharts() {
    if (!state.curve) return;
    const s = setup(), name = `${sentence(state.curve.measure)}, ${state.curve.fusion}`;
    draw("curve", accuracySpec((p) => 100 * (p.first_calls + p.second_calls), s.second || state.both ? "Large-model calls per 100 clips" : `Clips sent to ${s.large} (%)`, {}),
      `${name}: accuracy over calls, with the ${percent(s.level, 0)} band by video; n\u00a0=\u00a0${s.n}. The dashed line is the threshold above. ` +
      (state.both ? "Best pairs are the hull over all pairs of thresholds. Moving the second threshold changes the curve." : `Accuracy: ${ends()}.`));
    const i = s.axes.findIndex((a) => a.log);
    draw("compute", i < 0 ? null : accuracySpec((p) => (p.costs[i] > 0 ? p.costs[i] : null), s.axes[i].unit, { type: "log" }),
      i < 0 ? "No compute axis but calls." : `${name}: accuracy over compute. ${s.axes[i].source}`);
    if ($("surface")) {
      $("surface").parentElement.hidden = !state.both;
      draw("surface", surfaceSpec(), state.both ? `Accuracy over both thresholds of ${sentence(state.curve.fusion)}: the ring is the pair chosen above, the line the hull of the best pairs by calls. They are chosen on the clips they are judged on. ${surface().note.replace("n = ", "n\u00a0=\u00a0")}.` : "");
    }
    const histogram = histogramSpec();
    draw("histogram", histogram, histogram ? `Right and wrong answers of ${s.small} by its uncertainty: clips to the right of the line are escalated.` : "The histogram is kept for the headline measure only.");
    const risk = riskSpec();
    draw("risk", risk, risk ? `Share of wrong answers of ${s.small} among the clips that it keeps, with the ${percent(s.level, 0)} band by video.` : "No risk curve is kept for this measure.");
  }
  return {
    draw: drawCharts,
    follow() { for (const { view, rows } of Object.values(views)) if (rows) for (const [name, values] of Object.entries(rows())) view.data(name, values); },
    move(p) { for (const view of Object.values(views)) moveRule(view, p); },
  };
}
