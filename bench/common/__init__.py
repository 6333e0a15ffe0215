"""What every measurement uses: the browser, the machine, the journal, the figures, the pages."""
