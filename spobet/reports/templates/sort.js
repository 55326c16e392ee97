for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, column) => {
    const button = document.createElement('button')
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') === 'descending'
      heads.forEach(other => other.removeAttribute('aria-sort'))
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending')
      const key = row => row.cells[column].dataset.sort ?? row.cells[column].textContent
      const order = (one, other) => key(one).localeCompare(key(other), undefined, { numeric: true })
      const rows = [...table.tBodies[0].rows].sort((one, other) => up ? order(one, other) : order(other, one))
      table.tBodies[0].append(...rows)
    })
  })
}
