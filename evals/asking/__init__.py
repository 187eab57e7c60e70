"""Chat models in a benchmark: opened when first asked, remembered, counted; knows no measure."""
