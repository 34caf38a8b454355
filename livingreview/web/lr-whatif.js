// The "what if" panel: shows one of the results that the page already holds. Nothing is computed and nothing is fetched here.
(() => {
  "use strict";
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const bar = (value, low, high, kind) => {
    const track = make("span", { class: `lr-whatif-track ${kind}`, "aria-hidden": "true" });
    const line = make("span", { class: "lr-whatif-line" });
    line.style.left = `${low}%`;
    line.style.width = `${high - low}%`;
    const mark = make("span", { class: "lr-whatif-mark" });
    mark.style.left = `${value}%`;
    track.append(line, mark);
    return track;
  };

  const forest = (option, model) => {
    const body = make("tbody");
    for (const study of option.studies) {
      const name = make("th", { scope: "row" }, study.name);
      const figure = make("td", {}, make("a", { href: study.href }, study.text), ` [${study.interval}]`);
      body.append(make("tr", {}, name, make("td", {}, bar(study.value, study.low, study.high, "study")), figure));
    }
    if (model.value !== undefined) {
      const text = `${model.value}% [${model.low} to ${model.high}%]`;
      body.append(make("tr", { class: "lr-whatif-pooled" }, make("th", { scope: "row" }, "Pooled"), make("td", {}, bar(model.value, model.low, model.high, "pooled")), make("td", {}, text)));
    }
    const head = make("tr", {}, make("th", { scope: "col" }, "Study"), make("th", { scope: "col" }, "0 to 100%"), make("th", { scope: "col" }, "Events/total [95% interval]"));
    return make("table", {}, make("caption", {}, `${option.population}: ${option.outcome}, of ${option.base}`), make("thead", {}, head), body);
  };

  const start = (panel) => {
    const options = JSON.parse(panel.querySelector(".lr-whatif-data").textContent);
    const form = panel.querySelector("form");
    const names = ["population", "outcome", "base"];
    const chosen = () => options.filter((option) => names.every((name) => option[name] === form[name].value))[0];
    const fill = (select, values) => {
      const before = select.value;
      select.replaceChildren(...[...new Set(values)].map((value) => make("option", { value }, value)));
      if (values.includes(before)) select.value = before;
    };
    const update = () => {
      let left = options;
      for (const name of names) {
        fill(form[name], left.map((option) => option[name]));
        left = left.filter((option) => option[name] === form[name].value);
      }
      const option = chosen();
      fill(form.model, Object.keys(option.models));
      const model = option.models[form.model.value];
      panel.querySelector(".lr-whatif-forest").replaceChildren(forest(option, model));
      panel.querySelector(".lr-whatif-sentence").textContent = model.sentence;
    };
    form.addEventListener("change", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    update();
  };
  document.querySelectorAll(".lr-whatif").forEach(start);
})();
