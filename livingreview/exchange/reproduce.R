# Pools the studies of a table again, from that table alone; draws its figure.
#
#   Rscript reproduce.R                       all tables, with metafor
#   Rscript reproduce.R meta                  all tables, with meta
#   Rscript reproduce.R metafor pools/A.csv   one table
#   Rscript reproduce.R --figure              a forest plot of each too: figures/A.pdf (by metafor)
#
# Needs metafor (3.8 or later) and lme4; for the second meta (8.0 or later) and what it brings.
# Prints one line a table. Beside pools.csv it ends with 1 where a value is further than 0.0005 from it.

given <- commandArgs(trailingOnly = TRUE)
engine <- if ("meta" %in% given) "meta" else "metafor"
draws <- "--figure" %in% given
files <- given[!given %in% c("metafor", "meta", "--figure")]
whole <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("^--file=", "", whole[grep("^--file=", whole)][1]))
index <- file.path(here, "pools.csv")
book <- if (file.exists(index)) read.csv(index, colClasses = "character", check.names = FALSE) else NULL
if (!length(files)) files <- file.path(here, book$file[book$decision == "pooled"])

# What is missing or too old is told before anything is pooled, with how to install it.
needed <- c(metafor = "3.8", lme4 = "1.1", if (engine == "meta") c(meta = "8.0"))
lacking <- names(needed)[!sapply(names(needed), function(name) {
  nzchar(system.file(package = name)) && packageVersion(name) >= needed[[name]]
})]
if (length(lacking)) {
  told <- paste(sprintf("%s (%s or later)", lacking, needed[lacking]), collapse = ", ")
  message(sprintf("R lacks %s; to install, in R: install.packages(c(%s))", told,
                  paste(sprintf('"%s"', lacking), collapse = ", ")))
  message("nothing was pooled; reproduce.py does the same without R")
  quit(status = 2)
}
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
  fit <- metagen(y, se, common = FALSE, method.tau = method, adhoc.hakn.ci = "se", method.random.ci = "HK")
  back(c(fit$TE.random, fit$lower.random, fit$upper.random))
}

# The Bayesian model: median proportion uniform, spread half-normal(1.25), on a grid. Median and interval of the
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
    exp(rowSums(log(pmax(marginal, 1e-300))) + dlogis(mu, log = TRUE) - (t / 1.25)^2 / 2)
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
    risk_ratio = ,
    median_months = pool_effects(told$estimate, told$ci_low, told$ci_high, log, exp,
                              if (k == 2) "EE" else "REML", if (k == 2) "z" else "adhoc"),
    share_alive = pool_effects(told$estimate, told$ci_low, told$ci_high, function(s) log(-log(s)),
                               function(y) exp(-exp(y)), "REML", "adhoc"))
  value <- c(value[1], sort(value[2:3]), new)
  data.frame(file = basename(file), studies = k, estimate = value[1], ci_low = value[2], ci_high = value[3],
             new_low = value[4], new_high = value[5])
}

# The figure of a table: studies as pooled, with their 95% interval (of a proportion exact, by Clopper and
# Pearson), the pooled value as a diamond, where a new study is expected as a line through it.
draw <- function(file, value, to) {
  all <- read.csv(file, check.names = FALSE, encoding = "UTF-8")
  told <- all[all$pooled == "yes", ]
  k <- nrow(told)
  measure <- told$measure[1]
  counted <- measure == "proportion"
  ratio <- measure %in% c("hazard_ratio", "risk_ratio")
  ends <- if (counted) {
    exact <- mapply(function(x, n) binom.test(x, n)$conf.int, told$events, told$total)
    data.frame(at = told$events / told$total, low = exact[1, ], high = exact[2, ])
  } else {
    data.frame(at = told$estimate, low = told$ci_low, high = told$ci_high)
  }
  there <- if (ratio) log else identity
  reach <- range(ends$low, ends$high, value$ci_low, value$ci_high)
  ticks <- if (ratio) {
    steps <- c(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
    log(steps[max(1, sum(steps <= min(reach, 1))):min(13, sum(steps < max(reach, 1)) + 1)])
  } else {
    if (measure == "median_months") pretty(c(0, reach)) else seq(0, 1, 0.25)
  }
  words <- c(proportion = "Proportion", hazard_ratio = "Hazard ratio", risk_ratio = "Risk ratio",
             median_months = "Median, months", share_alive = "Share free of the event")[[measure]]
  # In inches: what stands to the left of the axis, the axis, what stands to its right.
  parts <- c(0.3 + 0.075 * max(nchar(told$study), 20) + 1.4 * counted, 3.6, 1.9)
  inch <- diff(range(ticks)) / parts[2]
  columns <- min(ticks) - inch * c(1.1, 0.4)
  device <- if (capabilities("cairo")) cairo_pdf else pdf # names beyond Latin letters need the first
  device(to, width = sum(parts), height = 2.4 + 0.22 * k)
  par(mar = c(4, 0, 3, 0))
  do.call(metafor::forest, c(
    list(there(ends$at), ci.lb = there(ends$low), ci.ub = there(ends$high), slab = told$study, psize = 1,
         xlim = range(ticks) + inch * parts[c(1, 3)] * c(-1, 1), alim = range(ticks), at = ticks,
         ylim = c(-2, k + 3), xlab = words, header = c("Study", paste(words, "[95% CI]")), cex = 0.8),
    if (counted) list(ilab = cbind(told$events, told$total), ilab.xpos = columns),
    if (ratio) list(atransf = exp, refline = 0) else list(refline = NA)
  ))
  if (counted) text(columns, k + 2, c("Events", "Patients"), cex = 0.8, font = 2)
  do.call(metafor::addpoly, c(
    list(there(value$estimate), ci.lb = there(value$ci_low), ci.ub = there(value$ci_high), rows = -1,
         cex = 0.8, mlab = sprintf("Pooled, %d studies", k)),
    if (!is.na(value$new_low)) list(pi.lb = value$new_low, pi.ub = value$new_high),
    if (ratio) list(atransf = exp)
  ))
  line <- book[basename(book$file) == basename(file), ]
  if (!is.null(line) && nrow(line) == 1) {
    named <- paste0(toupper(substr(line$outcome, 1, 1)), substring(line$outcome, 2), ". ", line$population)
    title(strwrap(named, 12 * sum(parts)), cex.main = 0.85)
  }
  invisible(dev.off())
}

found <- do.call(rbind, lapply(files, pool_table))
if (is.null(found)) {
  message("nothing is pooled in these tables")
  quit(status = 0)
}
write.csv(found, stdout(), row.names = FALSE, na = "", quote = FALSE)
if (!is.null(book)) {
  names <- c("estimate", "ci_low", "ci_high", "new_low", "new_high")
  same <- book[match(found$file, basename(book$file)), names]
  apart <- max(abs(sapply(same, as.numeric) - as.matrix(found[, names])), na.rm = TRUE)
  message(sprintf("largest difference from pools.csv: %.6f", apart))
}
if (draws) {
  pictures <- file.path(here, "figures")
  dir.create(pictures, showWarnings = FALSE)
  found <- split(found, seq_len(nrow(found)))
  for (value in found) {
    file <- files[basename(files) == value$file][1]
    draw(file, value, file.path(pictures, sub("[.]csv$", ".pdf", value$file)))
  }
  message(sprintf("%d figures: %s", length(found), pictures))
}
if (!is.null(book) && apart > 0.0005) quit(status = 1)
