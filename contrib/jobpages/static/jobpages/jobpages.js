// Looks again every two seconds, as long as the job may look different soon and somebody sees the page.
setInterval(() => {
  const again = document.querySelector("#job .again");
  if (again && !document.hidden && !document.activeElement?.closest("#job form, #job details")) again.click();
}, 2000);
