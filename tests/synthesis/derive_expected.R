# Fills the expected values of expected_metafor.json with metafor 3.8 (R from Debian: r-cran-metafor, r-cran-jsonlite).
# usage: Rscript tests/synthesis/derive_expected.R tests/synthesis/expected_metafor.json
suppressMessages({library(jsonlite); library(metafor)})
options(warn = -1)
tight <- list(threshold = 1e-12, maxiter = 50000, stepadj = 0.5)

# metafor stops at tau2 = 100 and finds limits to 1e-4 only, unless told otherwise.
q_profile <- function(fit)
  as.vector(confint(fit, control = list(tol = 1e-12, maxiter = 10000, tau2.max = 1e7))$random["tau^2", 2:3])

describe <- function(yi, vi, estimator, test, back) {
  fit <- rma(yi, vi, method = estimator, test = test, control = tight)
  k <- fit$k
  half <- qt(0.975, k - 1) * sqrt(fit$se^2 + fit$tau2)
  est <- as.vector(fit$beta)
  i2 <- if (estimator == "EE") 100 * max(0, (fit$QE - (k - 1)) / fit$QE) else fit$I2
  found <- list(k = k, est = est, se = fit$se, effect = back(est), p = back(est), ci95 = back(c(fit$ci.lb, fit$ci.ub)), tau2 = fit$tau2,
                Q = fit$QE, Q_df = k - 1, Q_p = fit$QEp, I2_pct = i2, weights_pct = as.vector(weights(fit)))
  if (estimator != "EE") found <- c(found, list(pi95_t_km1 = back(est + c(-1, 1) * half), tau2_ci95 = q_profile(fit)))
  found
}

pool_single_arms <- function(input, method) {
  measure <- method$measure
  es <- if (measure == "PLO") escalc(measure = "PLO", xi = input$x, ni = input$n, add = 1/2, to = "only0")
        else escalc(measure = measure, xi = input$x, ni = input$n, add = 0)
  back <- switch(measure, PLO = plogis, PAS = function(y) sin(pmin(pmax(y, 0), pi / 2))^2,
                 PFT = function(y) transf.ipft.hm(y, list(ni = input$n)))
  c(list(yi = as.vector(es$yi), vi = as.vector(es$vi)), describe(es$yi, es$vi, method$tau2_estimator, method$ci, back)[-4])
}

pool_two_arms <- function(input, method) {
  words <- strsplit(method$name, "_")[[1]]
  measure <- method$measure
  back <- if (measure == "RD") identity else exp
  counts <- list(ai = input$a, n1i = input$n1, ci = input$c, n2i = input$n2)
  if (words[3] == "iv") {
    es <- do.call(escalc, c(counts, measure = measure, add = 1/2, to = "only0", drop00 = measure != "RD"))
    return(describe(es$yi, es$vi, toupper(words[5]), words[6], back)[-c(5, 12)])
  }
  fit <- if (words[3] == "mh") do.call(rma.mh, c(counts, measure = measure)) else do.call(rma.peto, counts)
  list(est = as.vector(fit$beta), se = fit$se, effect = back(as.vector(fit$beta)), ci95 = back(c(fit$ci.lb, fit$ci.ub)))
}

pool_effects <- function(input, method)
  describe(input$yi, input$sei^2, method$tau2_estimator, method$ci, exp)[-c(5, 12, 14)]

groups <- list(iv_plo = pool_single_arms, iv_pas = pool_single_arms, iv_pft = pool_single_arms,
               two_arm = pool_two_arms, generic_iv = pool_effects)
path <- commandArgs(TRUE)[1]
document <- fromJSON(path, simplifyVector = TRUE, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
for (i in seq_along(document$cases)) {
  case <- document$cases[[i]]
  expected <- groups[[case$group]](case$input, case$method)
  document$cases[[i]]$expected <- expected[!sapply(expected, is.null)]
}
writeLines(toJSON(document, auto_unbox = TRUE, digits = 13, na = "null", null = "null"), path)
