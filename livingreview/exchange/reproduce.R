# Pools the studies of a table again, from that table alone.
#
#   Rscript reproduce.R                       all tables, with metafor
#   Rscript reproduce.R meta                  all tables, with meta
#   Rscript reproduce.R metafor pools/A.csv   one table
#
# Needs metafor (3.8 or later) and lme4; meta 8.0 or later for the second.
# Prints one line a table. Beside pools.csv it ends with 1 where a value is further than 0.0005 from it.

given <- commandArgs(trailingOnly = TRUE)
engine <- if (length(given) && given[1] %in% c("metafor", "meta")) given[1] else "metafor"
files <- given[!given %in% c("metafor", "meta")]
whole <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("^--file=", "", whole[grep("^--file=", whole)][1]))
index <- file.path(here, "pools.csv")
book <- if (file.exists(index)) read.csv(index, colClasses = "character", check.names = FALSE) else NULL
if (!length(files)) files <- file.path(here, book$file[book$decision == "pooled"])
suppressPackageStartupMessages(library(engine, character.only = TRUE))
z95 <- qnorm(0.975)
nodes <- 25 # of the quadrature; the default of 7 differs in the sixth digit

# Proportions: binomial-normal model on the logit, maximum likelihood, interval by t(k - 1).
pool_counts <- function(x, n) {
  if (engine == "metafor") {
    fit <- suppressWarnings(rma.glmm(measure = "PLO", xi = x, ni = n, test = "t", nAGQ = nodes))
    return(plogis(c(fit$beta[1], fit$ci.lb, fit$ci.ub)))
  }
  fit <- suppressWarnings(metaprop(x, n, sm = "PLOGIT", method = "GLMM", method.random.ci = "HK",
                                   common = FALSE, nAGQ = nodes))
  plogis(c(fit$TE.random, fit$lower.random, fit$upper.random))
}

# Effects with their 95% interval on an analysis scale `there`, back by `back`.
pool_effects <- function(estimate, low, high, there, back, method, test) {
  y <- there(estimate)
  se <- abs(there(high) - there(low)) / (2 * z95)
  if (engine == "metafor") {
    fit <- rma(yi = y, sei = se, method = method, test = test)
    return(back(c(fit$beta[1], fit$ci.lb, fit$ci.ub)))
  }
  if (method == "EE") {
    fit <- metagen(y, se, common = TRUE, random = FALSE)
    return(back(c(fit$TE.common, fit$lower.common, fit$upper.common)))
  }
  fit <- metagen(y, se, common = FALSE, method.tau = method, adhoc.hakn.ci = "se",
                 method.random.ci = if (test == "z") "classic" else "HK")
  back(c(fit$TE.random, fit$lower.random, fit$upper.random))
}

# The Bayesian model: median proportion uniform, spread half-normal(1), on a grid. Median and interval of the
# median study, then the interval of a new one.
bayes <- function(x, n) {
  d <- 0.03
  theta <- seq(-12, 12, by = d)
  place <- seq(1, length(theta), by = 4)
  mu <- theta[place]
  tau <- seq(0.025, 6, by = 0.05)
  like <- sapply(seq_along(x), function(i) {
    l <- dbinom(x[i], n[i], plogis(theta), log = TRUE)
    exp(l - max(l))
  })
  post <- sapply(tau, function(t) {
    marginal <- dnorm(outer(mu, theta, "-"), sd = t) %*% like * d
    exp(rowSums(log(pmax(marginal, 1e-300))) + dlogis(mu, log = TRUE) - t^2 / 2)
  })
  post <- post / sum(post)
  find <- function(cdf, p) plogis(uniroot(function(v) cdf(v) - p, c(-40, 40), tol = 1e-9)$root)
  of_mu <- cumsum(rowSums(post)) - rowSums(post) / 2
  median <- approxfun(mu, of_mu, rule = 2)
  new <- function(v) sum(post * pnorm(outer(v - mu, tau, "/")))
  c(sapply(c(0.5, 0.025, 0.975), function(p) find(median, p)), sapply(c(0.025, 0.975), function(p) find(new, p)))
}

pool_table <- function(file) {
  all <- read.csv(file, check.names = FALSE, encoding = "UTF-8")
  told <- all[all$pooled == "yes", ]
  k <- nrow(told)
  if (k == 0) return(NULL)
  new <- c(NA, NA)
  value <- switch(told$measure[1],
    proportion = {
      x <- told$events
      n <- told$total
      fit <- bayes(x, n)
      new <- fit[4:5]
      if (all(x == 0 | x == n)) fit[1:3] else pool_counts(x, n)
    },
    hazard_ratio = ,
    risk_ratio = pool_effects(told$estimate, told$ci_low, told$ci_high, log, exp,
                              if (k == 2) "EE" else "REML", if (k == 2) "z" else "adhoc"),
    median_months = pool_effects(told$estimate, told$ci_low, told$ci_high, identity, identity, "DL", "z"),
    share_alive = pool_effects(told$estimate, told$ci_low, told$ci_high, function(s) log(-log(s)),
                               function(y) exp(-exp(y)), "REML", "adhoc"))
  value <- c(value[1], sort(value[2:3]), new)
  data.frame(file = basename(file), studies = k, estimate = value[1], ci_low = value[2], ci_high = value[3],
             new_low = value[4], new_high = value[5])
}

found <- do.call(rbind, lapply(files, pool_table))
write.csv(found, stdout(), row.names = FALSE, na = "", quote = FALSE)
if (!is.null(book)) {
  names <- c("estimate", "ci_low", "ci_high", "new_low", "new_high")
  same <- book[match(found$file, basename(book$file)), names]
  apart <- max(abs(sapply(same, as.numeric) - as.matrix(found[, names])), na.rm = TRUE)
  message(sprintf("largest difference from pools.csv: %.6f", apart))
  if (apart > 0.0005) quit(status = 1)
}
