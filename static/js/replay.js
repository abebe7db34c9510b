// The versions page with JavaScript: moving the slider shows the state at once. Without it, a button and links do the same.

const form = document.getElementById("replay");
const slider = document.getElementById("etat");
let asked = 0;

async function show() {
  const turn = ++asked;
  const address = `?etat=${slider.value}`;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = document.getElementById("qui")?.open;
    document.getElementById("replayed").replaceWith(page.getElementById("replayed"));
    document.getElementById("etat-dit").textContent = page.getElementById("etat-dit").textContent; // a status: it is read aloud
    const who = document.getElementById("qui");
    if (who && open) who.open = true;
    history.replaceState(null, "", address);
  } catch { form.submit(); }
}

slider?.addEventListener("change", show);
