/* Makes charts live when they come into view: only then their library and their own small script are loaded. The static picture stays on any error, in print and without script. */
(() => {
  document.documentElement.classList.add('lr-script');
  const specs = {};
  let tip;

  // Each chart's script calls this. A script, not data: pages opened from disk may load scripts, but not read files.
  globalThis.lrChart = (key, spec) => { specs[key] = spec; };

  function tooltip(handler, event, item, value) {
    if (!tip) {
      tip = document.createElement('div');
      tip.className = 'lr-tip';
      tip.setAttribute('aria-hidden', 'true'); // the figure's own words carry the same content
      document.body.append(tip);
    }
    tip.hidden = value == null || value === '';
    if (tip.hidden) return;
    tip.textContent = typeof value === 'object' ? Object.values(value).join('\n') : value;
    const right = scrollX + document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = Math.max(8, Math.min(event.pageX + 12, right)) + 'px';
    tip.style.top = event.pageY + 16 + 'px';
  }

  async function enliven(figure) {
    const box = figure.querySelector('.lr-live');
    const still = figure.querySelector('.lr-static');
    try {
      const key = figure.querySelector('.lr-drawn').dataset.chart;
      await Promise.all([lrLoad('vendor/vega.min.js'), lrLoad('vendor/vega-interpreter.min.js'), lrLoad(`charts/${key}.js`)]);
      box.hidden = false;
      box.classList.add('lr-making');
      // Expressions are interpreted, not made into code: the page's policy forbids that.
      // The width is the box's from the start; the specification would ask for it before there is a box.
      const signals = specs[key].signals.map(signal => signal.name === 'width' ? { name: 'width', value: box.clientWidth } : signal);
      const parsed = vega.parse({ ...specs[key], signals }, null, { ast: true });
      const view = new vega.View(parsed, { expr: vegaInterpreter.expressionInterpreter, renderer: 'svg', container: box, hover: true, tooltip });
      await view.runAsync();
      box.classList.remove('lr-making');
      // Vega follows the window only; a sidebar that opens changes the width as well.
      new ResizeObserver(() => { if (box.clientWidth) view.signal('width', box.clientWidth).runAsync(); }).observe(box);
      still.hidden = true;
      figure.dataset.live = 'yes';
    } catch (error) {
      box.hidden = true;
      figure.dataset.live = 'failed';
      still.tabIndex = 0; // the picture may be wider than a phone, and is scrolled with the keyboard, too
      console.warn('the chart stays a picture:', error);
    }
  }

  function start() {
    const watcher = new IntersectionObserver(entries => entries.forEach(entry => {
      if (!entry.isIntersecting) return;
      watcher.unobserve(entry.target);
      enliven(entry.target);
    }), { rootMargin: '200px' });
    document.querySelectorAll('figure.lr-chart:not(.lr-sheet)').forEach(figure => watcher.observe(figure));
  }

  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start); else start();
})();
