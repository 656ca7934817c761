"use strict";
// The pages work without this. It adds: type-ahead, feedback without leaving the cards, copying, the live slider.
(() => {
  document.documentElement.classList.add("scripted");
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // -- the example's description; drafts only where they count -------------------------------------------------------
  const example = byId("example");
  if (example) {
    const tell = () => { byId("about-example").textContent = example.selectedOptions[0]?.dataset.about ?? ""; };
    example.addEventListener("change", tell);
    tell();
  }
  const hook = byId("hook");
  if (hook) {
    const show = () => all("[data-orders]").forEach((part) => { part.hidden = hook.value === "patient-view"; });
    hook.addEventListener("change", show);
    show();
  }

  // -- type-ahead above the lists of medicines and problems (ARIA combobox) ------------------------------------------
  all(".lines").forEach((part) => {
    const area = part.querySelector("textarea");
    const title = part.querySelector("label").textContent;
    const list = make("ul", { id: `${area.id}-options`, className: "options", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", `${title}: names found`);
    const seek = make("input", { type: "text", autocomplete: "off", placeholder: "search a name to add", id: `${area.id}-seek` });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": list.id, "aria-label": `${title}: search a name to add` })) seek.setAttribute(name, value);
    area.before(make("div", { className: "seek" }, seek, list));
    let chosen = -1, turn = 0;
    const options = () => all("[role=option]", list);
    // An answer that is still on its way must not open the list again, over whatever comes next.
    const close = () => { turn++; list.hidden = true; chosen = -1; seek.setAttribute("aria-expanded", "false"); seek.removeAttribute("aria-activedescendant"); };
    const mark = (number) => {
      chosen = number;
      options().forEach((one, at) => {
        one.setAttribute("aria-selected", String(at === number));
        if (at === number) { seek.setAttribute("aria-activedescendant", one.id); one.scrollIntoView({ block: "nearest" }); }
      });
    };
    const add = (name) => {
      area.value = area.value.trim() ? `${area.value.trimEnd()}\n${name}` : name;
      area.rows = Math.min(8, Math.max(2, area.value.split("\n").length));
      seek.value = "";
      close();
    };
    seek.addEventListener("input", async () => {
      const mine = ++turn, typed = seek.value.trim();
      if (typed.length < 2) { close(); return; }
      const answer = await fetch(`/console/search?kind=${part.dataset.kind}&q=${encodeURIComponent(typed)}`).catch(() => null);
      const found = answer?.ok ? await answer.json() : [];
      if (mine !== turn) return;
      list.replaceChildren(...found.map((one, at) => {
        const option = make("li", { id: `${list.id}-${at}` }, one.name, make("small", { textContent: one.means }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.addEventListener("mousedown", (event) => { event.preventDefault(); add(one.name); });
        option.dataset.name = one.name;
        return option;
      }));
      if (!found.length) { close(); return; }
      list.hidden = false;
      chosen = -1;
      seek.setAttribute("aria-expanded", "true");
    });
    seek.addEventListener("keydown", (event) => {
      const some = options();
      if (event.key === "Escape") { close(); return; }
      if (event.key === "Enter") {
        event.preventDefault();
        if (chosen >= 0 && !list.hidden) add(some[chosen].dataset.name);
        else if (seek.value.trim()) add(seek.value.trim());
        return;
      }
      if (list.hidden || !some.length) return;
      if (event.key === "ArrowDown") { event.preventDefault(); mark((chosen + 1) % some.length); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark((chosen - 1 + some.length) % some.length); }
    });
    seek.addEventListener("blur", () => { if (seek.value.trim()) add(seek.value.trim()); close(); });
  });

  // -- feedback: sent for real, the cards stay -----------------------------------------------------------------------
  all("form[data-feedback]").forEach((form) => form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pressed = form.querySelector("button"), status = byId("said"), card = form.closest(".card");
    pressed.disabled = true;
    let text = "The service did not answer; nothing was stored.", good = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" } });
      good = answer.ok;
      text = (await answer.json()).said;
    } catch { /* the text above says it */ }
    const line = make("p", { className: good ? "status" : "status bad" });
    line.setAttribute("role", "status");
    all(".card > p[role=status]").filter((one) => one.parentElement === card).forEach((one) => one.remove());
    card.querySelector("h3").after(line);
    line.append(`${form.querySelector("button").textContent.trim()}: ${text} `, ...(good ? [make("a", { href: "/report", textContent: "Report" })] : []));
    // several suggestions may be taken; one taken and an override exclude each other
    const closed = form.classList.contains("override") ? "form[data-feedback] button" : ".override button";
    if (good) all(closed, card).forEach((one) => { one.disabled = true; });
    else pressed.disabled = false;
    status.textContent = "";
    line.tabIndex = -1;
    line.focus();
  }));

  // -- copying and editing -------------------------------------------------------------------------------------------
  all("[data-copy]").forEach((button) => {
    button.hidden = false;
    const name = button.textContent;
    button.addEventListener("click", async () => {
      const source = byId(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(source);
        button.textContent = "Selected: press Ctrl-C";
      }
      setTimeout(() => { button.textContent = name; }, 2000);
    });
  });
  all("[data-edit]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      byId("request").value = byId(button.dataset.edit).textContent;
      byId("paste").open = true;
      byId("request").focus();
    });
  });

  // -- what if: the rules are asked at every step --------------------------------------------------------------------
  const slider = byId("slider");
  if (slider) {
    const range = byId("value"), answer = byId("what-if-answer"), said = byId("what-if-said");
    let running = null;
    const ask = async () => {
      const shown = `${Number(range.value).toFixed(Number(slider.dataset.digits))} ${slider.dataset.unit}`;
      byId("shown").textContent = shown;
      range.setAttribute("aria-valuetext", shown);
      running?.abort();
      running = new AbortController();
      const query = new URLSearchParams(new FormData(slider));
      try {
        const part = await fetch(`/rules/what-if?${query}`, { signal: running.signal });
        if (!part.ok) throw new Error(String(part.status));
        const open = all("details", answer).map((one) => one.open);
        answer.innerHTML = await part.text();
        all("details", answer).forEach((one, at) => { one.open = open[at] ?? false; });
        said.textContent = answer.querySelector("[data-said]").dataset.said;
        history.replaceState(null, "", `/rules?${query}#what-if`);
      } catch (error) {
        if (error.name !== "AbortError") said.textContent = "The service did not answer.";
      }
    };
    range.addEventListener("input", ask);
    byId("with").addEventListener("change", ask);
    slider.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  }
})();
