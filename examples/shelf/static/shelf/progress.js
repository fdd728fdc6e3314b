// Looks again every second, as long as there is something to see.
const timer = setInterval(() => {
  const again = document.querySelector("#progress .again");
  if (again) again.click();
  else clearInterval(timer);
}, 1000);
