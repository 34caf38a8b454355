# Fills the expected values of expected_ordered.json by a program of its own (R with r-cran-jsonlite, r-cran-nloptr).
# usage: Rscript tests/synthesis/derive_ordered.R tests/synthesis/expected_ordered.json
#
# Nothing is shared with the package under test: each patient is in one category of the levels that a study reports
# (multinomial), both study effects are summed over an even grid that does not move with the data, spread and
# correlation are sought as log SD and Fisher's z, and the search uses no slopes (BOBYQA).
suppressMessages({library(jsonlite); library(nloptr)})

half <- 6.25
step <- 0.125
axis <- seq(-half, half, by = step)
grid <- expand.grid(u = axis, v = axis)
mass <- dnorm(grid$u) * dnorm(grid$v) * step^2

# par: logits of the shares (strictest first), intercept, slopes, log SD of the widest, log SD of the shares, z of rho.
marginal <- function(par, counts, n, design) {
  shares <- ncol(counts) - 1
  level <- ncol(counts)
  beta <- par[(shares + 1):(length(par) - 3)]
  sd <- exp(par[length(par) - 2:1])
  rho <- tanh(par[length(par)])
  effect <- cbind(sd[1] * grid$u, sd[2] * (rho * grid$u + sqrt(1 - rho^2) * grid$v))
  total <- 0
  for (i in seq_along(n)) {
    reach <- matrix(0, nrow(grid), level) # probability of each level or a stricter one
    reach[, level] <- plogis(sum(design[i, ] * beta) + effect[, 1])
    for (j in rev(seq_len(shares))) reach[, j] <- reach[, j + 1] * plogis(par[j] + effect[, 2])
    told <- which(!is.na(counts[i, ]))
    cells <- diff(c(0, counts[i, told], n[i]))
    p <- cbind(reach[, told], 1) - cbind(0, reach[, told])
    logs <- as.vector(log(pmax(p, 1e-300)) %*% cells)
    total <- total + log(sum(mass * exp(logs - max(logs)))) + max(logs)
  }
  total
}

fit <- function(input) {
  number <- function(v) as.numeric(unlist(lapply(v, function(x) if (is.null(x)) NA else x)))
  counts <- sapply(input$counts, number)
  n <- number(input$totals)
  design <- do.call(cbind, c(list(rep(1, length(n))), lapply(input$moderators, number)))
  shares <- ncol(counts) - 1
  start <- c(rep(1, shares), 0, rep(0, ncol(design) - 1), log(0.4), log(0.4), 0.3)
  fall <- function(par) -marginal(par, counts, n, design)
  found <- bobyqa(start, fall, lower = rep(-6, length(start)), upper = rep(6, length(start)),
                  control = list(xtol_rel = 1e-9, ftol_rel = 1e-14, maxeval = 4000))
  found <- bobyqa(found$par, fall, lower = rep(-6, length(start)), upper = rep(6, length(start)),
                  control = list(xtol_rel = 1e-9, ftol_rel = 1e-14, maxeval = 4000))
  par <- found$par
  fixed_effects <- seq_len(length(par) - 3)
  errors <- sqrt(diag(solve(optimHess(par, fall, control = list(ndeps = rep(1e-3, length(par)))))))
  medians <- rev(cumprod(plogis(rev(par[seq_len(shares + 1)])))) # where every moderator is 0
  list(log_likelihood = -found$value, coefficients = par[fixed_effects], errors = as.vector(errors[fixed_effects]),
       tau2 = exp(2 * par[length(par) - 2]), share_tau2 = exp(2 * par[length(par) - 1]),
       correlation = tanh(par[length(par)]), medians = setNames(as.list(medians), names(input$counts)))
}

path <- commandArgs(TRUE)[1]
document <- fromJSON(path, simplifyVector = FALSE)
for (i in seq_along(document$cases)) document$cases[[i]]$expected <- fit(document$cases[[i]]$input)
writeLines(toJSON(document, auto_unbox = TRUE, digits = 10, na = "null", null = "null", pretty = TRUE), path)
