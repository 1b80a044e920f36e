// The part of a page that renews itself (templates/macros/refreshing.html). Without this script nothing renews
// itself and everything else works. It never takes from its reader what they are doing:
// the focus, a selection and opened tables stay, and a screen reader hears the summary only when it has changed.
(() => {
  "use strict";
  const part = () => document.getElementById("refreshing");
  let opened = [];
  let announced = "";

  const inUse = (region) => {
    const focused = document.activeElement;
    const selection = document.getSelection();
    return (
      (region.contains(focused) && !focused.id) ||
      (selection && !selection.isCollapsed && region.contains(selection.anchorNode))
    );
  };

  const say = (sentence) => {
    document.getElementById("announcements").textContent = sentence;
  };

  const trouble = () => {
    const sentence = part()?.querySelector("[data-trouble]");
    if (sentence?.hidden) {
      sentence.hidden = false;
      say(sentence.textContent);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    announced = part()?.dataset.summary ?? "";
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const region = part();
    if (event.target === region && (document.hidden || inUse(region))) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const region = part();
    if (event.detail.target !== region || event.detail.isError) return;
    if (!event.detail.serverResponse.includes('id="refreshing"')) {
      // Another page came, such as the one to sign in: show that one whole.
      event.detail.shouldSwap = false;
      location.reload();
      return;
    }
    opened = [...region.querySelectorAll("details[open][id]")].map((each) => each.id);
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    opened = [];
    const summary = part()?.dataset.summary ?? "";
    if (summary !== announced) say(summary);
    announced = summary;
  });

  for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failed, trouble);
  }
})();
