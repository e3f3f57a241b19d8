// Charts of a unit: values with interval, outcomes and normal band. Data stand in the page, colours in its style.
(() => {
  const drawn = new Map();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const read = (id) => JSON.parse(document.getElementById(id)?.dataset.series ?? "null");

  const band = (limits) => (plot) => {
    if (!limits) return;
    const { left, top, width, height } = plot.bbox;
    const y = limits.map((limit) => Math.min(Math.max(plot.valToPos(limit, "y", true), top), top + height));
    plot.ctx.fillStyle = colour("--band");
    plot.ctx.fillRect(left, y[1], width, y[0] - y[1]);
  };

  const range = (limits) => (_, low, high) => {
    const values = [low, high, ...(limits ?? [])].filter(Number.isFinite);
    const [least, most] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
    const margin = (most - least) * 0.05 || Math.abs(most) * 0.05 || 1;
    return [least - margin, most + margin];
  };

  // Times are those of the plant, in the order year, month, day in every language.
  const stamp = (plot, ticks) => {
    const days = ticks.length < 2 || ticks[ticks.length - 1] - ticks[0] >= 86400;
    return ticks.map((seconds) => new Date(seconds * 1000).toISOString().slice(...(days ? [0, 10] : [11, 16])));
  };

  const options = (chart, series, isSmall) => {
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const lines = [
      { label: chart.dataset.time, value: (plot, seconds) => seconds == null ? "–" : new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ") },
      { label: chart.dataset.value, stroke: colour("--value"), width: 2, points: { size: 5 } },
    ];
    if (series.low) {
      lines.push({ label: chart.dataset.low, stroke: colour("--interval"), points: { show: false } });
      lines.push({ label: chart.dataset.high, stroke: colour("--interval"), points: { show: false } });
      lines.push({
        label: chart.dataset.outcome, stroke: colour("--outcome"), width: 0, paths: () => null,
        points: { show: true, size: 8, fill: colour("--outcome") },
      });
    }
    return {
      width: chart.clientWidth, height: isSmall ? 56 : 240, series: lines,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      legend: { show: !isSmall, live: true }, cursor: { show: !isSmall }, padding: isSmall ? [4, 4, 4, 4] : [null, 36, null, null],
      scales: { y: { range: range(series.band) } },
      axes: [{ ...axis, show: !isSmall, space: 90, values: stamp }, { ...axis, show: !isSmall, size: 64 }],
      bands: series.low ? [{ series: [3, 2], fill: colour("--interval") }] : [],
      hooks: { drawClear: [band(series.band)] },
    };
  };

  const data = (times, series) => [times, series.value, ...(series.low ? [series.low, series.high, series.outcome] : [])];

  const draw = (chart) => {
    const times = read("times"), series = read(chart.dataset.source);
    if (!times || !series) return;
    drawn.get(chart)?.destroy();
    chart.replaceChildren();
    drawn.set(chart, new uPlot(options(chart, series, chart.classList.contains("small")), data(times, series), chart));
    chart.dataset.drawn = document.getElementById(chart.dataset.source).dataset.series;
  };

  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && !drawn.has(entry.target)) draw(entry.target);
  }, { rootMargin: "200px" });

  const watch = () => {
    for (const chart of document.querySelectorAll(".chart")) {
      const source = document.getElementById(chart.dataset.source);
      if (drawn.has(chart) && source && chart.dataset.drawn !== source.dataset.series) draw(chart);
      near.observe(chart);
    }
  };
  const again = () => { for (const chart of drawn.keys()) if (chart.isConnected) draw(chart); };
  let timer;
  window.addEventListener("resize", () => { clearTimeout(timer); timer = setTimeout(again, 200); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  window.addEventListener("beforeprint", () => { for (const chart of document.querySelectorAll(".chart")) if (!drawn.has(chart)) draw(chart); });
  document.addEventListener("htmx:sse:after:message", watch);
  watch();
})();
