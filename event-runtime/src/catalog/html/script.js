const filter = document.getElementById('filter');
filter.hidden = false;
filter.addEventListener('input', () => {
  const wanted = filter.value.trim().toLowerCase();
  const hide = (node) => { node.hidden = !node.textContent.toLowerCase().includes(wanted); };
  document.querySelectorAll('article').forEach(hide);
  document.querySelectorAll('nav li').forEach((item) => {
    const card = document.getElementById(decodeURIComponent(item.firstChild.hash.slice(1)));
    item.hidden = card ? card.hidden : false;
  });
});
