# figure2-time: Figure 2, left: time stays flat down to short slices
# slim 0.1.0, commit 3258a181390f, GNU 12.2.0, flags -march=native -Wno-maybe-uninitialized -O1 -DNDEBUG -O3, on AMD EPYC × 2, 2026-11-26T22:51:21Z
# Run `gnuplot figure2-time.gp` in this folder: draws figure2-time.svg, .png and .pdf from figure2-time.tsv.
set encoding utf8
set datafile separator tab
set label 1 'Figure 2, left: time stays flat down to short slices' at screen 0.025, 0.9543 left noenhanced font ',17'
set label 2 'vocabulary 256, batch 1, sqr features, norm on branch-output, float32, 2 threads' at screen 0.025, 0.9038 left noenhanced font ',11' textcolor rgb '#555555'
set label 3 'FIGURE2/time: SUPPORTED, 1.39 in [1, 1.39] (times the time at the largest C)' at screen 0.025, 0.8695 left noenhanced font ',11' textcolor rgb '#00664a'
set key at screen 0.025, 0.8429 left top maxrows 5 Left reverse noenhanced samplen 3.5 spacing 1.2 font ',13'
set lmargin at screen 0.18
set rmargin at screen 0.975
set bmargin at screen 0.1429
set tmargin at screen 0.5619
set border 3 linecolor rgb '#333333'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6' linewidth 0.8
set errorbars 0.7
set logscale x 2
set logscale y 10
set xrange [0.6155722066724582:26615.886523801113]
set xlabel 'slice length C' noenhanced 
set xtics ('2^{0}' 1, '2^{2}' 4, '2^{4}' 16, '2^{6}' 64, '2^{8}' 256, '2^{10}' 1024, '2^{12}' 4096, '2^{14}' 16384, '' 2 1, '' 8 1, '' 32 1, '' 128 1, '' 512 1, '' 2048 1, '' 8192 1) scale 0.6 nomirror
set yrange [0.2079833976096165:147.15398594104747]
set ylabel 'time of one gradient' noenhanced offset 0.4, 0
set ytics ('1 s' 1, '10 s' 10, '100 s' 100, '' 0.30000000000000004 1, '' 0.4 1, '' 0.5 1, '' 0.6000000000000001 1, '' 0.7000000000000001 1, '' 0.8 1, '' 0.9 1, '' 2 1, '' 3 1, '' 4 1, '' 5 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 20 1, '' 30 1, '' 40 1, '' 50 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1) scale 0.6 nomirror
set style line 100 linecolor rgb '#777777' linewidth 1.5 dashtype (2, 6)
set style line 1 linecolor rgb '#0072B2' linewidth 2 dashtype solid pointtype 7 pointsize 0.75
set style line 2 linecolor rgb '#E69F00' linewidth 2 dashtype solid pointtype 13 pointsize 0.75
set style line 3 linecolor rgb '#009E73' linewidth 2 dashtype solid pointtype 9 pointsize 0.75
set style line 4 linecolor rgb '#CC79A7' linewidth 2 dashtype solid pointtype 5 pointsize 0.75
set style line 5 linecolor rgb '#D55E00' linewidth 2 dashtype solid pointtype 2 pointsize 0.95
set style line 6 linecolor rgb '#0072B2' linewidth 2 dashtype '-' pointtype 6 pointsize 0.75
set style line 7 linecolor rgb '#E69F00' linewidth 2 dashtype '-' pointtype 12 pointsize 0.75
set style line 8 linecolor rgb '#009E73' linewidth 2 dashtype '-' pointtype 8 pointsize 0.75
set style line 9 linecolor rgb '#CC79A7' linewidth 2 dashtype '-' pointtype 4 pointsize 0.75
set label 20 '∝ 1/C' at 3.3621939850417166, 0.7973450504085309 right offset -0.8, -0.6 textcolor rgb '#555555'

set terminal svg size 600, 472 dynamic rounded background '#ffffff' font 'sans-serif,14'
set output 'figure2-time.svg'
plot sample [1:11.304348393050699] 2.6808287324863467 * x**(-1) with lines linestyle 100 notitle, \
     'figure2-time.tsv' index 1 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 1 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 2 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 2 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 3 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 3 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 4 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 4 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 5 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 5 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 6 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 6 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 7 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 7 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 8 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 8 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 9 using 3:5:($6 > 0.2079833976096165 ? $6 : 0.2079833976096165):7 with yerrorbars linestyle 9 dashtype solid linewidth 1.2 pointtype 0 notitle, \
     'figure2-time.tsv' index 1 using 3:5 with linespoints linestyle 1 title 'I (L = 8192), iterative', \
     'figure2-time.tsv' index 2 using 3:5 with linespoints linestyle 2 title 'II (L = 1024), iterative', \
     'figure2-time.tsv' index 3 using 3:5 with linespoints linestyle 3 title 'III (L = 4096), iterative', \
     'figure2-time.tsv' index 4 using 3:5 with linespoints linestyle 4 title 'IV (L = 16384), iterative', \
     'figure2-time.tsv' index 5 using 3:5 with points linestyle 5 title 'full pass (C = L)', \
     'figure2-time.tsv' index 6 using 3:5 with linespoints linestyle 6 title 'I (L = 8192), explicit', \
     'figure2-time.tsv' index 7 using 3:5 with linespoints linestyle 7 title 'II (L = 1024), explicit', \
     'figure2-time.tsv' index 8 using 3:5 with linespoints linestyle 8 title 'III (L = 4096), explicit', \
     'figure2-time.tsv' index 9 using 3:5 with linespoints linestyle 9 title 'IV (L = 16384), explicit'

set terminal pngcairo size 1200, 945 rounded background '#ffffff' font 'sans-serif,14' fontscale 1.5 linewidth 2 pointscale 2.4
set output 'figure2-time.png'
replot

set terminal pdfcairo size 6in, 4.725in rounded font 'sans-serif,14' fontscale 0.5 linewidth 1.6 pointscale 1
set output 'figure2-time.pdf'
replot
set output
